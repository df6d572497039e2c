import { UNKNOWN } from './word.ts';

/** What identifies a container before it runs: its name and its image, undefined where there is none; UNKNOWN in what is not known. */
export interface Identity {
  readonly name: string | undefined;
  /** The compose service's own name. */
  readonly service?: string;
  /** Undefined: nobody can tell which word is the image. */
  readonly image: string | undefined;
}

/** Whether a container is the monitor that a pattern means. */
export type Match = 'yes' | 'no' | 'unknown';

/** Compares a pattern with the container's name, the service's name and the last component of the image's repository; `_`, `-` and case do not matter. */
export function matchMonitor({ name, service, image }: Identity, pattern: string): Match {
  const expression = patternExpression(pattern);
  const known = [name, service].filter((each) => each !== undefined && !each.includes(UNKNOWN));
  if (known.some((each) => expression.test(plain(each ?? '')))) return 'yes';
  const repository = image === undefined ? undefined : repositoryName(image);
  if (repository !== undefined && expression.test(plain(repository))) return 'yes';
  // A container with a name of its own is what its name says, where the image cannot be told.
  return repository === undefined && known.length === 0 ? 'unknown' : 'no';
}

/** `gcr.io:443/cadvisor/cadvisor:v0.47@sha256:…` → `cadvisor`; undefined if that part is not known. */
function repositoryName(image: string): string | undefined {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const name = last.split(/[:@]/)[0] ?? '';
  return name === '' || name.includes(UNKNOWN) ? undefined : name;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replaceAll('node-exporter', 'nodeexporter');
}

function patternExpression(pattern: string): RegExp {
  const parts = plain(pattern)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
