import type { Program, Session } from '../connection/session.ts';
import { dockerProgram } from './docker-client.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep } from './host-step.ts';
import text from './remove-container.sh';

/** Asks the daemon to remove one container; a compiled hook runs it too. */
export const REMOVE_CONTAINER: Program = dockerProgram('remove-container', text);

/** A dead container to remove. */
export interface DeadContainer {
  /** Full id. */
  readonly id: string;
  readonly name: string;
  readonly deadlineMs: number;
}

/** Asks the daemon once, without force. `done` means that the daemon does not know it any more; `denied` carries its own words. */
export function removeContainer(session: Session, container: DeadContainer): Promise<HostStep> {
  const seconds = Math.max(1, Math.ceil(container.deadlineMs / 1000));
  const call = {
    program: REMOVE_CONTAINER,
    args: [container.id, String(seconds)],
    deadlineMs: (5 * seconds + 15) * 1000,
  };
  return runHostStep(session, call, `docker rm ${container.name}`, ({ code, say }) =>
    code === EXIT.done ? { kind: 'done' } : { kind: 'denied', why: say('said') || 'the daemon still has it' },
  );
}
