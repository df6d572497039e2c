import { UnbusyError } from '../../core/errors.ts';
import { quotePosix } from '../../core/text.ts';

/** What stands in a unit besides the command. */
export interface TimerOptions {
  readonly name: string;
  readonly user: string;
  readonly home: string;
  readonly calendar: string;
  readonly splayMs: number;
  /** Longest that the command may take by its own deadlines. */
  readonly longestMs: number;
}

/** systemd gives the command so much longer than its own deadline, to end its work on the hosts and to write what it saw. */
const GRACE_MS = 300_000;

/** Words as one line of a crontab: `%` would be a newline there (crontab(5)). Throws E_USAGE for a word with a line break. */
export function crontabLine(fields: string, words: readonly string[]): string {
  if (words.some((word) => /[\n\r]/.test(word)))
    throw new UnbusyError('E_USAGE', 'a word with a line break cannot stand in a crontab');
  const command = words.map((word) => (/^[\w@+=:,./-]+$/.test(word) ? word : quotePosix(word))).join(' ');
  return `${fields} ${command.replaceAll('%', '\\%')}`;
}

/** The unit that does one run. */
export function serviceUnit(
  words: readonly string[],
  { name, user, home, longestMs }: TimerOptions,
): readonly string[] {
  return [
    '[Unit]',
    `Description=unbusy ${specifiers(name)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '[Service]',
    'Type=oneshot',
    `User=${user}`,
    `Environment=${quoted(specifiers(`HOME=${home}`))}`,
    `ExecStart=${words.map(systemdWord).join(' ')}`,
    '# changes that a policy put off, or findings, are no failure of the unit',
    'SuccessExitStatus=3',
    `TimeoutStartSec=${Math.ceil((longestMs + GRACE_MS) / 1000)}`,
  ];
}

/** The unit that starts it; systemd spreads the hosts, so that the command has no splay of its own. */
export function timerUnit({ name, calendar, splayMs }: TimerOptions): readonly string[] {
  return [
    '[Unit]',
    `Description=unbusy ${specifiers(name)}`,
    '[Timer]',
    `OnCalendar=${calendar}`,
    `RandomizedDelaySec=${Math.floor(splayMs / 1000)}`,
    '# systemd 247 and later: always equally late on one host',
    'FixedRandomDelay=true',
    'Persistent=true',
    '[Install]',
    'WantedBy=timers.target',
  ];
}

/** One word of ExecStart=: quoted where it must be, specifiers and variables taken literally (systemd.service(5)). */
export function systemdWord(word: string): string {
  return quoted(specifiers(word).replaceAll('$', '$$$$'));
}

/** In Environment= a dollar sign means nothing (systemd.exec(5)), so that it must not be doubled there. */
function quoted(literal: string): string {
  if (/^[\w@+=:,./%$-]+$/.test(literal) && literal !== '') return literal;
  const escaped = literal.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

const specifiers = (text: string) => text.replaceAll('%', '%%');
