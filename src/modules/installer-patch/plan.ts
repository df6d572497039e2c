import { encodeText } from '../../connection/bytes.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Change, Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { MAX_READ_BYTES } from '../../programs/read-file.ts';
import { refuseTextFile, textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Verdict } from '../module.ts';
import type { InstallerState } from './observe.ts';
import type { InstallerPatchParams } from './params.ts';
import { placeOf } from './problem.ts';
import type { Additions } from './record-line.ts';

/** One write of the whole file. */
export interface InstallerChange extends Change {
  readonly text: string;
}

/** At most one step. */
export function planInstaller(state: InstallerState, params: InstallerPatchParams): readonly InstallerChange[] {
  const { file, patched } = state;
  if (refuseInstaller(state, params).length > 0 || patched?.kind !== 'text' || patched.text === file.text) return [];
  const { text, additions } = patched;
  return [
    {
      id: 'write',
      title: `${params.state === 'absent' ? 'take our lines out of' : 'patch'} ${printable(file.path)}`,
      why: `${params.state === 'absent' ? 'it still has' : 'it lacks'} ${describeAdditions(additions)}`,
      risk: 'file',
      certainty: 'certain',
      witness: textFileWitness(file),
      text,
      diff: textFileDiff(file, text),
    },
  ];
}

function describeAdditions({ privileged, rslave, hook }: Additions): string {
  const words = [
    ...(privileged.length > 0 ? [`privileged for ${privileged.join(', ')}`] : []),
    ...(rslave.length > 0 ? [`rslave on the binds ${rslave.join(', ')}`] : []),
    ...(hook === undefined ? [] : [`the call of ${printable(hook)}`]),
  ];
  return words.length > 0 ? words.join(', ') : 'what an earlier run put in';
}

/** What cannot be understood is not edited; each place is named. */
export function refuseInstaller({ file, patched }: InstallerState, params: InstallerPatchParams): readonly Refusal[] {
  const odd = refuseTextFile(file);
  if (odd.length > 0) return odd;
  const what = printable(file.path);
  if (file.found.type === 'absent') {
    return params.state === 'absent'
      ? []
      : [{ what, why: 'does not exist', hint: 'Name the file that the product ships.' }];
  }
  if (patched?.kind === 'problems') {
    return patched.problems.map(({ at, why, hint }) => ({
      what: `${what}:${placeOf(patched.text, at)}`,
      why: printable(why),
      hint,
    }));
  }
  if (patched === undefined || encodeText(patched.text).byteLength <= MAX_READ_BYTES) return [];
  return [{ what, why: 'would become larger than 64 KiB', hint: 'Edit it by hand.' }];
}

/** Pure: compares the file with what was to be written. */
export function verifyInstaller({ file }: InstallerState, { text }: InstallerChange): Verdict {
  if (file.found.type === 'file' && file.found.sha256 === sha256(encodeText(text))) return { kind: 'as-wanted' };
  return { kind: 'not-yet', why: `${printable(file.path)} does not hold what was written` };
}

/** The kind of file, the monitors found in it, and what is ours in it once it is as wanted. */
export function describeInstaller({ file, kind, patched }: InstallerState): JsonObject {
  const found = patched?.kind === 'text' ? patched : undefined;
  return {
    path: file.path,
    present: file.found.type === 'file',
    kind,
    monitors: [...(found?.monitors ?? [])],
    privileged: [...(found?.additions.privileged ?? [])],
    rslave: [...(found?.additions.rslave ?? [])],
    hook: found?.additions.hook ?? null,
  };
}
