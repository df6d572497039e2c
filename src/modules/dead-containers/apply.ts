import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { detachObstacle } from '../../mounts/detach-points.ts';
import { type Bystander, checkBystanders, describeHarm } from '../../programs/check-bystanders.ts';
import { describeOpeners, findOpeners } from '../../programs/find-openers.ts';
import { releaseMount } from '../../programs/release-mount.ts';
import { removeContainer } from '../../programs/remove-container.ts';
import { removeMountPoint } from '../../programs/remove-mount-point.ts';
import { restartHolder } from '../../programs/restart-holder.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Applied } from '../module.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepChange, SweepStep } from './state.ts';

/** Does one step. The host compares its witness right before; what lives is compared right after a removal. */
export async function applySweep(host: Session, change: SweepChange, params: DeadContainersParams): Promise<Applied> {
  const { step } = change;
  switch (step.kind) {
    case 'remove-directory':
      return removeDirectory(host, step);
    case 'unmount':
      return unmount(host, step);
    case 'restart':
      return restartHolder(host, step.holder);
    case 'remove-container': {
      const deadlineMs = removalDeadline(params);
      const answer = await removeContainer(host, { id: step.id, name: step.name, deadlineMs });
      return answer.kind === 'done' ? unharmed(host, change, step.watch) : answer;
    }
  }
}

/** Removing a layer takes longer than answering a question: ten times that, at least a minute. */
function removalDeadline(params: DeadContainersParams): number {
  return Math.max(60_000, 10 * milliseconds(params.docker_deadline));
}

/** The kernel detaches whatever sits on the directory: so every table of the host is looked at right before. */
async function removeDirectory(host: Session, step: SweepStep & { kind: 'remove-directory' }): Promise<Applied> {
  const scan = await scanMounts(host, { all: true });
  if (scan.kind === 'unknown') return scan;
  const found = detachObstacle(scan.view, step.directory, step.covers);
  return found === undefined ? removeMountPoint(host, step.directory) : { kind: 'stale', found: printable(found) };
}

/** Openers are looked for before a lazy unmount, as none can be found afterwards, and after a busy one, to name them. */
async function unmount(host: Session, step: SweepStep & { kind: 'unmount' }): Promise<Applied> {
  const { mount, mode } = step;
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

/** A removal after which something that lived does not is no success, whoever's fault it is. */
async function unharmed(host: Session, change: SweepChange, watch: readonly Bystander[]): Promise<Applied> {
  const check = await checkBystanders(host, watch);
  if (check.kind === 'unknown') return { kind: 'unknown', error: check.error };
  if (check.harmed.length === 0) {
    return { kind: 'done', note: stillRuns(watch) };
  }
  const error = new UnbusyError('E_VERIFY', `after ${change.title}: ${describeHarm(check.harmed)}`, {
    host: host.host,
    hint: 'Look at it before anything else is done; nothing more was done on this host.',
  });
  return { kind: 'failed', error };
}

function stillRuns(watch: readonly Bystander[]): string {
  const [first] = watch;
  if (first === undefined) return 'no other container ran';
  return watch.length === 1 ? `container ${first.name} still runs` : `all ${watch.length} running containers still run`;
}
