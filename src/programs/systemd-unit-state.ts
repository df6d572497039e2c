import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { SYSTEMD_EXITS, systemdMissing, systemdSilent } from './systemd.ts';
import text from './systemd-unit-state.sh';

const PROGRAM = boundedProgram('systemd-unit-state', text);

const ANSWER_SECONDS = 20;

/** Asked for every unit; a systemd that is too old for one of them leaves it out (PrivateMounts: 239). */
const PROPERTIES = [
  'LoadState',
  'LoadError',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'FragmentPath',
  'DropInPaths',
  'NeedDaemonReload',
  'Type',
  'Result',
  'MainPID',
  'ExecMainStartTimestampMonotonic',
  'ActiveEnterTimestampMonotonic',
  'NRestarts',
  'CanStart',
  'CanStop',
  'RefuseManualStart',
  'RefuseManualStop',
  'PrivateTmp',
  'PrivateDevices',
  'PrivateMounts',
  'MountFlags',
  'ProtectSystem',
  'ProtectHome',
  'ControlGroup',
] as const;

/** One unit as systemd has it loaded. Words are systemd's own: `loaded`, `active`, `running`, `enabled`. */
export interface UnitState {
  /** The name that was asked for. */
  readonly asked: string;
  /** Its real name; another one if an alias was asked for. */
  readonly id: string;
  /** loaded | not-found | bad-setting | error | masked | merged | stub. */
  readonly loadState: string;
  /** active | reloading | inactive | failed | activating | deactivating | maintenance | refreshing. */
  readonly activeState: string;
  readonly subState: string;
  /** enabled | enabled-runtime | linked | masked | static | disabled | indirect | generated | alias …; empty: no unit file. */
  readonly unitFileState: string;
  /** Empty: no unit file. */
  readonly fragmentPath: string;
  readonly dropInPaths: readonly string[];
  /** True: a unit file is newer than what systemd has read. */
  readonly needsReload: boolean;
  /** 0: no main process. */
  readonly mainPid: number;
  /** Start of the main process in microseconds of CLOCK_MONOTONIC; 0: never started. */
  readonly mainStartMicros: number;
  /** Each property that was answered, as systemctl show prints it; MountFlags is a number or a word. */
  readonly properties: ReadonlyMap<string, string>;
}

/** What systemd said of the units, in the order asked, or why it said nothing. */
export type UnitsLook =
  | { readonly ok: true; readonly units: readonly UnitState[] }
  | { readonly ok: false; readonly error: UnbusyError };

/** Asks for all units in one call; `more` names further properties. A unit that does not exist has loadState not-found. */
export async function unitStates(
  session: Session,
  names: readonly string[],
  more: readonly string[] = [],
): Promise<UnitsLook> {
  if (names.length === 0) return { ok: true, units: [] };
  const properties = [...new Set([...PROPERTIES, ...more])];
  const args = [String(ANSWER_SECONDS), String(properties.length), ...properties, ...names];
  const call = { program: PROGRAM, args, deadlineMs: (ANSWER_SECONDS + 10) * 1000 };
  const answer = await runProgram(session, call, SYSTEMD_EXITS);
  if (!answer.ok) return answer;
  const what = `the state of ${names.map((name) => printable(name)).join(', ')}`;
  if (answer.code === EXIT.toolMissing) return { ok: false, error: systemdMissing(session, what) };
  if (answer.code === EXIT.timedOut) return { ok: false, error: systemdSilent(session, what) };
  const units = answer.code === EXIT.done ? readUnits(answer.records) : [];
  if (units.length === names.length) return { ok: true, units };
  const said = answer.records.find(({ kind }) => kind === 'said')?.fields[0] ?? 'its answer cannot be read';
  return {
    ok: false,
    error: new UnbusyError('E_UNKNOWN', `${what} is not known: systemctl show: ${printable(said).slice(0, 600)}`, {
      host: session.host,
      hint: 'Run `systemctl show` of the unit on the host by hand.',
    }),
  };
}

function readUnits(records: readonly ProgramRecord[]): readonly UnitState[] {
  const units: { readonly asked: string; readonly properties: Map<string, string> }[] = [];
  for (const { kind, fields } of records) {
    const [name = '', value = ''] = fields;
    if (kind === 'unit') units.push({ asked: name, properties: new Map() });
    if (kind === 'property') units.at(-1)?.properties.set(name, value);
  }
  return units.map(({ asked, properties }) => readUnit(asked, properties)).filter((unit) => unit.loadState !== '');
}

function readUnit(asked: string, properties: ReadonlyMap<string, string>): UnitState {
  const text = (name: string) => properties.get(name) ?? '';
  return {
    asked,
    id: text('Id') || asked,
    loadState: text('LoadState'),
    activeState: text('ActiveState'),
    subState: text('SubState'),
    unitFileState: text('UnitFileState'),
    fragmentPath: text('FragmentPath'),
    dropInPaths: readPaths(text('DropInPaths')),
    needsReload: text('NeedDaemonReload') === 'yes',
    mainPid: Number(text('MainPID') || '0'),
    mainStartMicros: Number(text('ExecMainStartTimestampMonotonic') || '0'),
    properties,
  };
}

/** Paths as systemctl show prints a list: separated by spaces; newer ones quote what a shell would not take as it is. */
function readPaths(list: string): readonly string[] {
  const words = list.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return words.map((word) =>
    word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word,
  );
}
