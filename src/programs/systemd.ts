import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { EXIT } from './exit-numbers.ts';

/** The exit numbers of programs that ask systemd for something. */
export const SYSTEMD_EXITS = [EXIT.done, EXIT.stale, EXIT.denied, EXIT.toolMissing, EXIT.timedOut] as const;

/** The host has no systemd to ask: another init, or none, as in a container. */
export function systemdMissing(session: Session, what: string): UnbusyError {
  return new UnbusyError('E_PREFLIGHT_TOOL', `${what}: systemd does not run ${session.host}; nothing was changed`, {
    host: session.host,
    hint: 'Do it by what starts services there, or leave this host out with `when`.',
    data: { manager: 'none' },
  });
}

/** systemd did not answer in time; nobody knows what it still does. */
export function systemdSilent(session: Session, what: string, stuck = ''): UnbusyError {
  return new UnbusyError('E_PROGRAM_TIMEOUT', `${what}: systemd on ${session.host} did not answer in time`, {
    host: session.host,
    hint: 'Look at `systemctl list-jobs` and at the journal of PID 1; run again when it answers.',
    ...(stuck === '' ? {} : { data: { stuckPid: Number(stuck) } }),
  });
}
