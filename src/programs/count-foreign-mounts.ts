import type { Session } from '../connection/session.ts';
import { printable } from '../core/text.ts';
import { type ForeignMount, foreignMounts } from '../mounts/foreign-mounts.ts';
import { containerTarget } from '../mounts/identity.ts';
import type { ContainerState } from '../mounts/model.ts';
import { readDockerState } from './docker-state.ts';
import { scanMounts } from './scan-mounts.ts';

/** The mounts of containers in foreign namespaces, with the containers that were looked for; or why their number is not known. */
export type ForeignCount =
  | {
      readonly kind: 'known';
      readonly mounts: readonly ForeignMount[];
      readonly containers: readonly ContainerState[];
    }
  | { readonly kind: 'unknown'; readonly why: string };

const DOCKER_DEADLINE_MS = 10_000;

/**
 * Asks Docker for all its containers and reads the mount namespaces once. `earlier` are containers of an earlier count, which
 * are looked for also if Docker has forgotten them. What could not be seen makes the number unknown, never smaller.
 */
export async function countForeignMounts(
  session: Session,
  earlier: readonly ContainerState[] = [],
): Promise<ForeignCount> {
  const docker = await readDockerState(session, { deadlineMs: DOCKER_DEADLINE_MS, want: 'all', asked: [] });
  if (docker.kind === 'unknown') return unknown(docker.error.message);
  const known = docker.kind === 'none' ? [] : docker.look.state.containers;
  if (docker.kind === 'known') {
    const { daemon, state, gaps } = docker.look;
    // What it last wrote to disk need not name every container.
    if (daemon !== 'answered') return unknown(`Docker: ${state.silent ?? daemon}`);
    const [gap] = gaps;
    if (gap !== undefined) return unknown(`${gap.what}: ${gap.why}`);
  }
  const ids = new Set(known.map(({ id }) => id));
  const forgotten = earlier.filter(({ id }) => !ids.has(id)).map((each) => ({ ...each, status: 'removed', pid: 0 }));
  const containers = [...known, ...forgotten];
  if (containers.length === 0) return { kind: 'known', mounts: [], containers };
  const tokens = containers.flatMap((container) => containerTarget(container).tokens);
  const scan = await scanMounts(session, { tokens, pids: containers.map(({ pid }) => pid) });
  if (scan.kind === 'unknown') return unknown(scan.error.message);
  const [unread] = scan.view.unreadable;
  if (unread !== undefined) return unknown(`process ${unread.pid}: ${unread.why}`);
  return { kind: 'known', mounts: foreignMounts(scan.view, containers), containers };
}

function unknown(why: string): ForeignCount {
  return { kind: 'unknown', why: printable(why) };
}
