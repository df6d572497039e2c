import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Activity } from './container-facts.ts';
import text from './container-step.sh';
import { EXIT } from './exit-numbers.ts';
import { EXIT_FAILED, type HostStep, runHostStep } from './host-step.ts';
import { namedContainerProgram } from './named-container.ts';

/** Starts, stops, removes or puts back one container; a compiled hook runs it too. */
export const CONTAINER_STEP: Program = namedContainerProgram('container-step', text);

/** What to do with one container. */
export interface ContainerStep {
  readonly verb: 'start' | 'stop' | 'remove' | 'put-back';
  /** Its name now. */
  readonly name: string;
  /** Full id. */
  readonly id: string;
  /** Whether it ran when it was looked at. */
  readonly running: Activity;
  /** The name that `put-back` gives to it; empty otherwise. */
  readonly target: string;
}

/** Times of a step. */
export interface ContainerTimes {
  readonly deadlineMs: number;
  readonly stopMs: number;
  readonly settleMs: number;
}

/** Does one step if the container still has this name and id and runs, or not, as it did. `denied` carries Docker's own words. */
export function containerStep(session: Session, step: ContainerStep, times: ContainerTimes): Promise<HostStep> {
  const [limit, stop, settle] = [times.deadlineMs, times.stopMs, times.settleMs].map((ms) => Math.ceil(ms / 1000));
  const args = [limit, stop, settle, step.verb, step.name, step.id, step.running, step.target].map(String);
  const total = (20 + (settle ?? 0)) * (limit ?? 1) + (stop ?? 0) + (settle ?? 0) + 30;
  const what = `${step.verb} of container ${step.name}`;
  return runHostStep(session, { program: CONTAINER_STEP, args, deadlineMs: total * 1000 }, what, ({ code, say }) => {
    if (code === EXIT.done) return { kind: 'done' };
    if (code === EXIT_FAILED) {
      const error = new UnbusyError('E_VERIFY', `container ${step.name} was started and does not run: ${say('said')}`, {
        host: session.host,
      });
      return { kind: 'failed', error };
    }
    return { kind: 'denied', why: say('said') || 'Docker said no' };
  });
}
