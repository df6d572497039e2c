import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './list-services.sh';
import { runProgram } from './run-program.ts';
import { SYSTEMD_EXITS, systemdSilent } from './systemd.ts';

/** A service of the host that is not inactive. Words are systemd's own. */
export interface RunningService {
  readonly name: string;
  /** active | reloading | failed | activating | deactivating … */
  readonly active: string;
  /** running | exited | auto-restart … */
  readonly sub: string;
  readonly type: string;
  /** 0: no main process. */
  readonly mainPid: number;
  /** Start of the main process in microseconds of CLOCK_MONOTONIC, as systemd prints it. */
  readonly start: string;
  /** A unit file is newer than what systemd has read. */
  readonly needsReload: boolean;
}

/** The services of a host; `none`: systemd does not run it. */
export type ServicesLook =
  | { readonly kind: 'known'; readonly services: readonly RunningService[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('list-services', text);

const ANSWER_SECONDS = 20;

/** Asks systemd once for all services. */
export async function listServices(session: Session): Promise<ServicesLook> {
  const call = { program: PROGRAM, args: [String(ANSWER_SECONDS)], deadlineMs: (ANSWER_SECONDS + 10) * 1000 };
  const answer = await runProgram(session, call, SYSTEMD_EXITS);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code === EXIT.toolMissing) return { kind: 'none' };
  if (answer.code === EXIT.timedOut) return { kind: 'unknown', error: systemdSilent(session, 'the list of services') };
  if (answer.code !== EXIT.done) {
    const said = answer.records.find(({ kind }) => kind === 'said')?.fields[0] ?? '';
    const error = new UnbusyError('E_UNKNOWN', `systemd does not list its services: ${printable(said).slice(0, 600)}`, {
      host: session.host,
      hint: "Run `systemctl show '*.service'` on the host by hand.",
    });
    return { kind: 'unknown', error };
  }
  const services = answer.records.filter(({ kind }) => kind === 'service').map(({ fields }) => readService(fields));
  return { kind: 'known', services };
}

function readService([
  name = '',
  active = '',
  sub = '',
  type = '',
  pid = '0',
  start = '0',
  reload = '',
]: readonly string[]): RunningService {
  return { name, active, sub, type, mainPid: Number(pid), start, needsReload: reload === 'yes' };
}
