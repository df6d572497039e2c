import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import text from './schedule-facts.sh';
import { systemdSilent } from './systemd.ts';

const PROGRAM = boundedProgram('schedule-facts', text);

const ANSWER_SECONDS = 20;

/** What of a host can start a program at given times. */
export interface ScheduleFacts {
  /** machine-id(5); undefined where there is none. */
  readonly machine: string | undefined;
  /** Major version of the systemd that runs the host; undefined: another init, or none. */
  readonly systemd: number | undefined;
  /** What systemd-analyze says of the calendar expression. */
  readonly calendar:
    | { readonly kind: 'not-asked' | 'good' | 'unchecked' }
    | { readonly kind: 'bad'; readonly said: string };
  /** True if there is /etc/cron.d. */
  readonly cronDirectory: boolean;
  /** Cron daemons that read /etc/cron.d. */
  readonly cronDaemons: readonly string[];
}

/** What was seen, or why nothing may be said. */
export type ScheduleFactsLook =
  | { readonly ok: true; readonly facts: ScheduleFacts }
  | { readonly ok: false; readonly error: UnbusyError };

/** Looks at the host; `calendar` is an expression of systemd.time(7) that its systemd is asked about. */
export async function scheduleFacts(session: Session, calendar: string | undefined): Promise<ScheduleFactsLook> {
  const args = [String(ANSWER_SECONDS), calendar ?? ''];
  const call = { program: PROGRAM, args, deadlineMs: (3 * ANSWER_SECONDS + 10) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.denied, EXIT.timedOut]);
  if (!answer.ok) return answer;
  if (answer.code !== EXIT.done) return { ok: false, error: systemdSilent(session, 'systemctl show') };
  const all = (kind: string) => answer.records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const [manager = [], verdict = []] = [all('manager')[0], all('calendar')[0]];
  const version = Number.parseInt(manager[1] ?? '', 10);
  return {
    ok: true,
    facts: {
      machine: all('machine')[0]?.[0],
      // A version that cannot be read counts as an old one: it is asked for less.
      systemd: manager[0] === 'systemd' ? (Number.isNaN(version) ? 0 : version) : undefined,
      calendar: readVerdict(verdict),
      cronDirectory: all('cron-directory').length > 0,
      cronDaemons: all('cron').flatMap(([name = '']) => (name === 'crond-of-busybox' ? [] : [printable(name)])),
    },
  };
}

function readVerdict([kind, said = '']: readonly string[]): ScheduleFacts['calendar'] {
  if (kind === 'bad') return { kind, said: printable(said.split('\n')[0] ?? '').slice(0, 300) };
  return { kind: kind === 'good' || kind === 'unchecked' ? kind : 'not-asked' };
}
