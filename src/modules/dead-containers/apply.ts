import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import { type Bystander, checkBystanders, describeHarm } from '../../programs/check-bystanders.ts';
import { detachDirectory, unmountNamed } from '../../programs/release-step.ts';
import { removeContainer } from '../../programs/remove-container.ts';
import { restartHolder } from '../../programs/restart-holder.ts';
import type { Applied } from '../module.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepChange } from './state.ts';

/** Does one step. The host compares its witness right before; what lives is compared right after a removal. */
export async function applySweep(host: Session, change: SweepChange, params: DeadContainersParams): Promise<Applied> {
  const { step } = change;
  switch (step.kind) {
    case 'remove-directory':
      return detachDirectory(host, step.directory, step.covers);
    case 'unmount':
      return unmountNamed(host, step.mount, step.mode);
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
