import { readCgroups } from '../mounts/cgroup.ts';
import { components } from '../mounts/paths.ts';
import type { StuckTask } from './stuck-facts.ts';

/** Names that runtimes give to the cgroup of a container: docker-ID.scope and so on, or a directory /docker of bare ids. */
const RUNTIMES: readonly (readonly [RegExp, string])[] = [
  [/^docker-[0-9a-f]{64}/, 'docker'],
  [/^cri-containerd-[0-9a-f]{64}/, 'containerd'],
  [/^crio-[0-9a-f]{64}/, 'cri-o'],
  [/^libpod-[0-9a-f]{64}/, 'podman'],
];

/** Whose a task is, by the paths of its cgroups as the host sees them (cgroups(7)); nothing where they do not tell. */
export function ownerOf(paths: readonly string[]): Pick<StuckTask, 'containerId' | 'runtime' | 'podUid' | 'unit'> {
  const facts = readCgroups(paths);
  const runtime = facts.containerId === undefined ? undefined : paths.map(runtimeOf).find((name) => name !== undefined);
  const podUid = paths.map(podOf).find((uid) => uid !== undefined);
  return {
    ...facts,
    ...(runtime === undefined ? {} : { runtime }),
    ...(podUid === undefined ? {} : { podUid }),
  };
}

function runtimeOf(path: string): string | undefined {
  const parts = components(path);
  const named = parts.flatMap((part) => RUNTIMES.filter(([form]) => form.test(part)).map(([, name]) => name));
  return named.at(-1) ?? (parts.includes('docker') ? 'docker' : undefined);
}

/** podUID of cgroupfs, or …-podUID.slice of systemd, where each - of the uid is a _. */
function podOf(path: string): string | undefined {
  const match =
    /(?:^|[/-])pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?:\/|$)/.exec(path);
  return match?.[1]?.replaceAll('_', '-');
}
