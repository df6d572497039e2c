import { posix } from 'node:path';
import { UnbusyError } from '../../core/errors.ts';
import { nearest } from '../../core/text.ts';
import { containerTarget } from '../../mounts/identity.ts';
import type { LeakTarget } from '../../mounts/leak.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { components } from '../../mounts/paths.ts';

/** What a person asks about, by its form alone. */
export type Question =
  | { readonly kind: 'container'; readonly word: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'device'; readonly name: string };

/** A block device is /dev/… or MAJOR:MINOR, any other absolute path is a path, the rest names a container. */
export function readQuestion(text: string): Question {
  if (/^\d+:\d+$/.test(text)) return { kind: 'device', name: text };
  if (!text.startsWith('/')) return { kind: 'container', word: text };
  const path = posix.normalize(text).replace(/(.)\/$/, '$1');
  return path.startsWith('/dev/') && !path.startsWith('/dev/shm/')
    ? { kind: 'device', name: path }
    : { kind: 'path', path };
}

/** The container of that name, of that id, or the only one whose id begins so. Throws E_USAGE if there is none, or more than one. */
export function findContainer(host: string, word: string, containers: readonly ContainerState[]): LeakTarget {
  const named = containers.find(({ name, id }) => name === word || id === word);
  if (named !== undefined) return containerTarget(named);
  const begins = /^[0-9a-f]{3,64}$/.test(word) ? containers.filter(({ id }) => id.startsWith(word)) : [];
  const [first, ...others] = begins;
  if (first !== undefined && others.length === 0) return containerTarget(first);
  if (first !== undefined) {
    const names = begins.slice(0, 5).map(({ name, id }) => `${id.slice(0, 12)} (${name})`);
    throw new UnbusyError('E_USAGE', `"${word}" begins the ids of ${begins.length} containers on ${host}`, {
      host,
      hint: `Give more of it: ${names.join(', ')}.`,
    });
  }
  // Docker may have forgotten a container whose mounts are still there.
  if (/^[0-9a-f]{64}$/.test(word)) return forgottenTarget(word);
  const near = nearest(
    word,
    containers.map(({ name }) => name),
  );
  throw new UnbusyError('E_USAGE', `there is no container "${word}" on ${host}`, {
    host,
    hint: near === undefined ? 'Give a name, an id, an absolute path or a block device.' : `Did you mean ${near}?`,
  });
}

function forgottenTarget(id: string): LeakTarget {
  return { kind: 'container', id, name: id.slice(0, 12), tokens: [id, `${id}-init`], paths: [] };
}

/**
 * The container whose layer or directory a path names: an error message tells the path, not the container. Also one that
 * lives: its mounts are its own, and whoever asks by the path must hear of it.
 */
export function containerAt(path: string, containers: readonly ContainerState[]): LeakTarget | undefined {
  const parts = components(path);
  const named = containers.find(
    ({ id, mountId }) => parts.includes(id) || (mountId !== undefined && parts.includes(mountId)),
  );
  return named === undefined ? undefined : containerTarget(named);
}

/**
 * A path of the host as something to look for. A layer that no container has is looked for by its name too: its
 * directory may be gone while its file system is still mounted elsewhere.
 */
export function pathTarget(path: string, containers: readonly ContainerState[]): LeakTarget {
  const known = new Set(containers.flatMap(({ id, mountId }) => [id, mountId]));
  const layers = components(path).filter((part) => /^[0-9a-f]{64}$/.test(part) && !known.has(part));
  return { kind: 'path', id: path, name: path, tokens: layers, paths: [] };
}

/** A device by its number, or by the name that some mount gives as its source. Throws E_USAGE if no mount names it. */
export function deviceTarget(host: string, name: string, view: MountView): LeakTarget {
  const base = { kind: 'device', name, tokens: [], paths: [] } as const;
  if (!name.startsWith('/')) return { ...base, id: name };
  for (const namespace of view.namespaces) {
    const mount = namespace.mounts?.find(({ source }) => source === name);
    if (mount !== undefined) return { ...base, id: mount.device };
  }
  throw new UnbusyError('E_USAGE', `no mount in any namespace of ${host} names ${name} as its source`, {
    host,
    hint: 'It may go by another name: give MAJOR:MINOR as lsblk prints it.',
  });
}
