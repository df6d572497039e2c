import { encodeText } from '../../connection/bytes.ts';
import type { Change, Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { SysctlFound } from '../../programs/read-sysctl.ts';
import { refuseTextFile, type TextFile, textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Verdict } from '../module.ts';
import { laterAssignments, withAssignment } from './boot-files.ts';
import { normalValue, pathOfKey } from './key.ts';
import type { SysctlParams } from './params.ts';

/** A kernel parameter now, in the files that are read at boot, and the one file of ours. */
export interface SysctlState {
  readonly key: string;
  readonly found: SysctlFound;
  /** Undefined: nothing is to be kept for the next boot. */
  readonly file: TextFile | undefined;
  readonly kernel: string;
}

/** One step: now, or for the next boot. */
export interface SysctlChange extends Change {
  readonly action: 'now' | 'boot';
  /** The new value, or the whole text of the file. */
  readonly text: string;
}

/** At most one step for now and one for the next boot, which is not written unless the kernel has taken the value. */
export function planSysctl(state: SysctlState, params: SysctlParams): readonly SysctlChange[] {
  const { found, file, key } = state;
  if (found.value === undefined || (file !== undefined && refuseTextFile(file).length > 0)) return [];
  const value = normalValue(params.value);
  const now = normalValue(found.value);
  const steps: SysctlChange[] = [];
  if (now !== value) {
    const witness = { path: pathOfKey(key), value: now };
    const title = `set ${printable(key)} to ${printable(value)}`;
    steps.push({ ...BASE, id: 'now', action: 'now', title, why: `it is ${printable(now)}`, witness, text: value });
  }
  const text = file === undefined ? undefined : withAssignment(file.text ?? '', key, value);
  if (file !== undefined && text !== undefined) {
    steps.push({
      ...BASE,
      id: 'boot',
      action: 'boot',
      title: `write ${printable(key)} to ${printable(file.path)}`,
      why: file.found.type === 'absent' ? 'the file does not exist' : 'the file does not say so',
      witness: textFileWitness(file),
      text,
      diff: textFileDiff(file, text),
      ...(steps.length > 0 ? { needs: ['now'] } : {}),
    });
  }
  return steps;
}

const BASE = { risk: 'file', certainty: 'certain' } as const;

/** A parameter that the kernel has not, a file that is not ours to edit, and files that would win over ours at boot. */
export function refuseSysctl({ found, file, key, kernel }: SysctlState, params: SysctlParams): readonly Refusal[] {
  const what = printable(key);
  if (found.value === undefined) {
    const hint = 'Give `if_exists: true` if hosts without it are to be left alone, or load the module that brings it.';
    return params.if_exists ? [] : [{ what, why: `this kernel (${printable(kernel)}) has no such parameter`, hint }];
  }
  if (file === undefined) return [];
  const value = normalValue(params.value);
  const later = laterAssignments(found, file.path, pathOfKey(key)).filter((each) => each.value !== value);
  return [
    ...refuseTextFile(file),
    ...later.map(({ path, number, value: theirs }) => ({
      what: `${printable(path)}:${number}`,
      why: `sets ${what} to ${printable(theirs)} after ${printable(file.path)} was read`,
      hint: 'Remove that line, or give a `file` whose name comes after it.',
    })),
  ];
}

/** Pure: the kernel, or the file, says what the step was to bring. */
export function verifySysctl({ key, found, file }: SysctlState, { action, text }: SysctlChange): Verdict {
  if (action === 'now') {
    const now = normalValue(found.value ?? '');
    return now === text ? { kind: 'as-wanted' } : { kind: 'not-yet', why: `${printable(key)} is ${printable(now)}` };
  }
  const isWritten = file?.found.type === 'file' && file.found.sha256 === sha256(encodeText(text));
  if (isWritten) return { kind: 'as-wanted' };
  return { kind: 'not-yet', why: `${printable(file?.path ?? 'the file')} does not hold what was written` };
}
