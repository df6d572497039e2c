import type { JsonObject } from '../../core/json.ts';
import type { Change, Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { normalMode } from '../../programs/attributes.ts';
import { witnessOf } from '../../programs/stat-path.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import { refuseTextFile, textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import type { Verdict } from '../module.ts';
import type { DropInState } from './observe.ts';
import { type DropInParams, dropInText } from './params.ts';

/** One step on a drop-in. Each ends with systemd having read its files again. */
export interface DropInChange extends Change {
  readonly action: 'write' | 'remove' | 'reload';
  /** The whole text that the file is to have; null: none. */
  readonly text: string | null;
  /** What it had before, to be put back if systemd cannot use the unit any more; null: nothing that could be put back. */
  readonly before: string | null;
}

/** At most one step. */
export function planDropIn(state: DropInState, params: DropInParams): readonly DropInChange[] {
  if (refuseDropIn(state, params).length > 0) return [];
  const { file, unit } = state;
  const shown = printable(file.path);
  const before = file.text ?? null;
  if (params.state === 'absent') {
    if (file.found.type === 'absent') return reload(state, false, null);
    const title = `remove ${shown}`;
    return [{ ...base(state), id: 'remove', action: 'remove', title, why: 'it is there', text: null, before }];
  }
  const text = dropInText(params);
  const why = difference(state, params, text);
  if (why === undefined) return reload(state, true, text);
  return [
    {
      ...base(state),
      id: 'write',
      action: 'write',
      title: `${file.found.type === 'absent' ? 'create' : 'write'} ${shown}`,
      why: `${why}${unit.loadState === 'loaded' ? '' : `; ${unit.id} is ${unit.loadState}`}`,
      text,
      before,
      diff: textFileDiff(file, text, params.mode),
    },
  ];
}

function difference({ file }: DropInState, params: DropInParams, text: string): string | undefined {
  if (file.found.type !== 'file') return 'it does not exist';
  if (file.text !== text) return 'its content differs';
  const mode = normalMode(params.mode);
  return file.found.mode === mode ? undefined : `mode ${file.found.mode}, wanted ${mode}`;
}

/** On disk all is as wanted, but systemd has not read it so. */
function reload(state: DropInState, wanted: boolean, text: string | null): readonly DropInChange[] {
  const { file, unit } = state;
  const read = unit.dropInPaths.includes(file.path);
  if (read === wanted && !unit.needsReload) return [];
  const why = read === wanted ? 'its files are newer than what systemd has read' : notRead(file.path, wanted);
  const title = `let systemd read ${printable(unit.id)} again`;
  return [{ ...base(state), id: 'reload', action: 'reload', title, why, text, before: text }];
}

const notRead = (path: string, wanted: boolean): string =>
  `systemd ${wanted ? 'has not read' : 'still goes by'} ${printable(path)}`;

function base({ file, directory, unit }: DropInState) {
  const witness: JsonObject = {
    ...textFileWitness(file),
    unit: unit.id,
    directory: witnessOf(directory),
    loaded: unit.loadState,
  };
  return { risk: 'file', certainty: 'certain', witness } as const;
}

/** Without its unit a drop-in means nothing, and what is at the path must be a file of ours to replace. */
export function refuseDropIn({ file, directory, unit }: DropInState, params: DropInParams): readonly Refusal[] {
  const what = printable(params.unit);
  const wanted = params.state === 'present';
  if (directory.type !== 'absent' && directory.type !== 'directory') {
    const hint = 'Look what it is for, and make it a directory by hand.';
    return [{ what: printable(file.path), why: `the directory above it is a ${directory.type}`, hint }];
  }
  const odd = refuseTextFile(file);
  if (odd.length > 0 && (wanted || file.found.type !== 'file')) return odd;
  if (!wanted) return [];
  if (unit.loadState === 'not-found') {
    return [{ what, why: 'systemd knows no such unit', hint: 'Look at the name, or install what brings the unit.' }];
  }
  if (unit.loadState === 'masked') {
    return [{ what, why: 'is masked, so a drop-in has no effect', hint: `Unmask it: systemctl unmask ${what}.` }];
  }
  return [];
}

/** Pure: compares the file, and what systemd has read, with what the step was to bring. */
export function verifyDropIn({ file, unit }: DropInState, change: DropInChange): Verdict {
  const shown = printable(file.path);
  const wanted = change.text !== null;
  if (!wanted && file.found.type !== 'absent') return { kind: 'not-yet', why: `${shown} is still there` };
  if (wanted && file.text !== change.text) return { kind: 'not-yet', why: `${shown} does not hold the wanted text` };
  if (unit.needsReload) return { kind: 'not-yet', why: `systemd wants a daemon-reload for ${printable(unit.id)}` };
  if (unit.dropInPaths.includes(file.path) !== wanted) return { kind: 'not-yet', why: notRead(file.path, wanted) };
  if (wanted && isBroken(unit)) return { kind: 'not-yet', why: brokenWords(unit) };
  return { kind: 'as-wanted' };
}

/** True if systemd cannot start the unit as its files are. */
export function isBroken({ loadState }: UnitState): boolean {
  return loadState === 'bad-setting' || loadState === 'error';
}

/** What systemd says of a unit that it cannot use. */
export function brokenWords({ id, loadState, properties }: UnitState): string {
  // "NAME \"TEXT\"", as D-Bus has it.
  const error = /"(.+)"/.exec(properties.get('LoadError') ?? '')?.[1];
  return `systemd cannot use ${printable(id)} so: ${loadState}${error === undefined ? '' : ` (${printable(error)})`}`;
}
