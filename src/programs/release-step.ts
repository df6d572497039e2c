import type { Session } from '../connection/session.ts';
import { printable } from '../core/text.ts';
import { detachObstacle, type MountKey } from '../mounts/detach-points.ts';
import { describeOpeners, findOpeners } from './find-openers.ts';
import type { HostStep } from './host-step.ts';
import { type MountWitness, releaseMount } from './release-mount.ts';
import { type DirectoryWitness, removeMountPoint } from './remove-mount-point.ts';
import { scanMounts } from './scan-mounts.ts';

/** The kernel detaches whatever sits on the directory: so every table of the host is looked at right before. */
export async function detachDirectory(
  host: Session,
  directory: DirectoryWitness,
  covers: readonly MountKey[],
): Promise<HostStep> {
  const scan = await scanMounts(host, { all: true });
  if (scan.kind === 'unknown') return scan;
  const found = detachObstacle(scan.view, directory, covers);
  return found === undefined ? removeMountPoint(host, directory) : { kind: 'stale', found: printable(found) };
}

/** Openers are looked for before a lazy unmount, as none can be found afterwards, and after a busy one, to name them. */
export async function unmountNamed(host: Session, mount: MountWitness, mode: 'plain' | 'lazy'): Promise<HostStep> {
  const busy = { namespace: mount.namespace, point: mount.point, device: mount.device, ids: [mount.id] };
  const before = mode === 'lazy' ? await findOpeners(host, busy) : undefined;
  if (before?.kind === 'unknown') return before;
  const answer = await releaseMount(host, mount, { mode });
  if (answer.kind === 'done') {
    if (before === undefined) return answer;
    const openers = describeOpeners(before);
    return { kind: 'done', note: `${answer.note}; before: ${openers === '' ? 'nothing had it open' : openers}` };
  }
  if (answer.kind !== 'busy') return answer;
  const openers = await findOpeners(host, busy);
  const named = openers.kind === 'known' ? describeOpeners(openers) : '';
  return named === '' ? answer : { kind: 'busy', by: named };
}
