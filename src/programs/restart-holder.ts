import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { dockerProgram } from './docker-client.ts';
import { EXIT } from './exit-numbers.ts';
import { EXIT_FAILED, type HostStep, runHostStep } from './host-step.ts';
import text from './restart-holder.sh';

/** A container or a systemd service with one task of it, so that nothing else is restarted in its place. */
export interface HolderWitness {
  readonly kind: 'container' | 'unit';
  /** Full container id, or the unit's name. */
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
  readonly namespace: number;
}

const PROGRAM = dockerProgram('restart-holder', text);

const RESTART_SECONDS = 90;

/** Restarts the holder once. `done` means that the task that was looked at is gone, and a unit was up a second later. */
export function restartHolder(session: Session, holder: HolderWitness): Promise<HostStep> {
  const { kind, name, pid, startTime, namespace } = holder;
  const args = [kind, name, String(pid), startTime, String(namespace), String(RESTART_SECONDS)];
  const call = { program: PROGRAM, args, deadlineMs: (RESTART_SECONDS + 15) * 1000 };
  return runHostStep(session, call, `the restart of ${name}`, ({ code, say }) => {
    if (code === EXIT.done) return { kind: 'done' };
    if (code === EXIT_FAILED) return { kind: 'failed', error: downError(session.host, name, say('down'), say('said')) };
    return { kind: 'denied', why: say('said') || 'the restart was refused' };
  });
}

function downError(host: string, name: string, down: string, said: string): UnbusyError {
  const complaint = said === '' ? '' : `: ${said}`;
  return new UnbusyError('E_VERIFY', `${name} was restarted and does not run now: ${down}${complaint}`, {
    host,
    hint: `Look at once: systemctl status ${name}; journalctl -eu ${name}.`,
    data: { service: name, down },
  });
}
