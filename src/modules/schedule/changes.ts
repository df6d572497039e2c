import { encodeText } from '../../connection/bytes.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Change } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { witnessOf } from '../../programs/stat-path.ts';
import { textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import type { UnitVerb } from '../../programs/unit-step.ts';
import { sha256 } from '../../programs/write-file.ts';
import { type FileKind, MODES } from './files.ts';
import type { ScheduleState } from './observe.ts';

/** One step on a schedule. */
export interface ScheduleChange extends Change {
  readonly action:
    | 'directory'
    | 'write'
    | 'remove'
    | 'reload'
    | Extract<UnitVerb, 'enable' | 'start' | 'stop' | 'disable'>;
  /** Of which file; undefined: of the directory, the metrics, or a unit. */
  readonly file?: FileKind;
  /** sha256 of the text that the file is to have; undefined: none. */
  readonly sha256?: string;
  /** The text itself, except for the hook, which is in the parameters. */
  readonly text?: string;
}

const base = { risk: 'file', certainty: 'certain' } as const;

/** Makes the directory of the hook. */
export function makeDirectoryChange(path: string, { directory }: ScheduleState): ScheduleChange {
  const witness = { path, inode: witnessOf(directory) };
  return {
    ...base,
    id: 'directory',
    action: 'directory',
    title: `create ${printable(path)}`,
    why: 'it does not exist',
    witness,
  };
}

/** Writes one of the files; for units, systemd reads it too. */
export function writeChange(state: ScheduleState, kind: FileKind, text: string): ScheduleChange {
  const file = state.files[kind];
  const isNew = file.found.type === 'absent';
  return {
    ...base,
    id: kind,
    action: 'write',
    file: kind,
    title: `${isNew ? 'create' : 'write'} ${printable(file.path)}`,
    why: isNew ? 'it does not exist' : differenceOf(state, kind, text),
    witness: { ...textFileWitness(file), ...unitWitness(state, kind) },
    diff: diffOf(state, kind, text),
    sha256: sha256(encodeText(text)),
    ...(kind === 'script' ? {} : { text }),
  };
}

/** Removes one of the files. */
export function removeChange(state: ScheduleState, kind: FileKind): ScheduleChange {
  const file = state.files[kind];
  return {
    ...base,
    id: `remove:${kind}`,
    action: 'remove',
    file: kind,
    title: `remove ${printable(file.path)}`,
    why: kind === 'cron' ? 'cron still starts the hook by it' : 'it is there',
    witness: { ...textFileWitness(file), ...(kind === 'service' ? failureWitness(state) : {}) },
  };
}

/** A service whose last sweep failed stays listed as failed, also without its file. */
function failureWitness({ service }: ScheduleState): JsonObject {
  return service?.activeState === 'failed' ? { unit: service.id, failed: true } : {};
}

/** Removes numbers that nobody updates any more: they would be taken for a schedule that does not run. */
export function removeMetricsChange({ staleMetrics }: ScheduleState): readonly ScheduleChange[] {
  if (staleMetrics === undefined) return [];
  const title = `remove ${printable(staleMetrics.path)}`;
  const why = 'nothing updates these metrics any more';
  return [{ ...base, id: 'remove:metrics', action: 'remove', title, why, witness: textFileWitness(staleMetrics) }];
}

/** Asks systemd for something about the timer. */
export function timerChange(
  { timer }: ScheduleState,
  action: Extract<ScheduleChange['action'], 'reload' | 'enable' | 'start' | 'stop' | 'disable'>,
  why: string,
): ScheduleChange {
  const unit = timer?.id ?? '';
  const title = action === 'reload' ? `let systemd read ${printable(unit)} again` : `${action} ${printable(unit)}`;
  const touchesFile = action === 'enable' || action === 'disable';
  const witness: JsonObject = {
    unit,
    active: action === 'stop' ? `${timer?.activeState} ${timer?.mainPid}` : '-',
    file: touchesFile && timer?.loadState === 'loaded' ? timer.unitFileState : '-',
  };
  return { ...base, id: action, action, title, why, witness };
}

/** Each change after what must have been done before it. */
export function inOrder(changes: readonly ScheduleChange[]): readonly ScheduleChange[] {
  return changes.map((change, index) => {
    const before = changes[index - 1];
    return before === undefined ? change : { ...change, needs: [before.id] };
  });
}

/** Whether the timer has to be armed anew with its file. */
function unitWitness({ timer }: ScheduleState, kind: FileKind): JsonObject {
  return kind === 'timer' && timer !== undefined ? { unit: timer.id, active: timer.activeState } : {};
}

/** What is not as wanted about a file that is there. */
export function differenceOf({ files }: ScheduleState, kind: FileKind, text: string): string {
  const { found } = files[kind];
  if (files[kind].text !== text) return 'its content differs';
  if (found.type !== 'file') return 'it is no file';
  if (found.uid !== 0 || found.gid !== 0) return `it belongs to ${found.uid}:${found.gid}, wanted root`;
  return found.mode === MODES[kind] ? '' : `mode ${found.mode}, wanted ${MODES[kind]}`;
}

/** A new hook is some thousand lines that nobody reads; its playbook says what it does. */
function diffOf(state: ScheduleState, kind: FileKind, text: string): string {
  const file = state.files[kind];
  if (kind !== 'script' || file.found.type !== 'absent') return textFileDiff(file, text, MODES[kind]);
  return `${printable(file.path)}: new, ${text.split('\n').length - 1} lines, as \`unbusy compile\` makes them\n`;
}
