import { encodeText } from '../../connection/bytes.ts';
import type { Change, Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { normalMode } from '../../programs/attributes.ts';
import { MAX_READ_BYTES } from '../../programs/read-file.ts';
import { refuseTextFile, type TextFile, textFileDiff, textFileWitness } from '../../programs/text-file.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Verdict } from '../module.ts';
import { editJson } from './json-edit.ts';
import { parseJsonTree } from './json-tree.ts';
import { absentPaths, type JsonKeysParams } from './params.ts';

/** The file, and whether the unit that reads it runs since before it was written. */
export interface JsonKeysState {
  readonly file: TextFile;
  /** The directory above, if that is missing too. */
  readonly missing: string | undefined;
  readonly older: boolean;
}

/** One write of the whole file. */
export interface JsonKeysChange extends Change {
  readonly text: string;
  readonly mode: string | undefined;
}

/** At most one step. */
export function planJsonKeys(state: JsonKeysState, params: JsonKeysParams): readonly JsonKeysChange[] {
  if (refuseJsonKeys(state, params).length > 0) return [];
  const { file } = state;
  const old = isBlank(file) ? '{}\n' : (file.text ?? '');
  const edited = editJson(old, params.keys, absentPaths(params.absent_keys));
  const hasKeys = Object.keys(params.keys).length > 0;
  const mode = params.mode === undefined ? undefined : normalMode(params.mode);
  const wrongMode = file.found.type === 'file' && mode !== undefined && mode !== file.found.mode;
  if (edited === old && !wrongMode && !(isBlank(file) && hasKeys)) return [];
  const text = edited === old && isBlank(file) && !hasKeys ? (file.text ?? '') : edited;
  return [
    {
      id: 'write',
      title: `${file.found.type === 'absent' ? 'create' : 'edit'} ${printable(file.path)}`,
      why:
        edited === old ? `mode ${'mode' in file.found ? file.found.mode : ''}, wanted ${mode}` : reason(state, params),
      risk: 'file',
      certainty: 'certain',
      witness: { ...textFileWitness(file), missing: state.missing ?? null },
      text,
      mode,
      ...(text === file.text ? {} : { diff: textFileDiff(file, text, mode) }),
    },
  ];
}

/** No file, or one with nothing in it: as an empty object, for those who read it. */
function isBlank({ found, text }: TextFile): boolean {
  return found.type === 'absent' || text?.trim() === '';
}

/** The outermost keys that differ. */
function reason({ file, missing }: JsonKeysState, { keys, absent_keys }: JsonKeysParams): string {
  if (missing !== undefined) return `it does not exist, nor does ${printable(missing)}`;
  if (isBlank(file)) return file.found.type === 'absent' ? 'it does not exist' : 'it is empty';
  const text = file.text ?? '';
  const set = Object.entries(keys).filter(([key, value]) => editJson(text, { [key]: value }, []) !== text);
  const there = absentPaths(absent_keys).filter((path) => editJson(text, {}, [path]) !== text);
  return [
    ...(set.length > 0 ? [`not as wanted: ${set.map(([key]) => printable(key)).join(', ')}`] : []),
    ...(there.length > 0 ? [`must not be there: ${there.map((path) => printable(path.join('.'))).join(', ')}`] : []),
  ].join('; ');
}

/** What is no JSON object is not edited: nobody knows what was meant. */
export function refuseJsonKeys({ file }: JsonKeysState, params: JsonKeysParams): readonly Refusal[] {
  const odd = refuseTextFile(file);
  if (odd.length > 0 || isBlank(file)) return odd;
  const text = file.text ?? '';
  const what = printable(file.path);
  const parsed = parseJsonTree(text);
  if (!parsed.ok) {
    const { line, column, message } = parsed.fault;
    const why = `is no valid JSON: ${printable(message)}`;
    return [{ what: `${what}:${line}:${column}`, why, hint: 'Mend it by hand; nothing was changed.' }];
  }
  if (parsed.root.kind !== 'object') {
    return [{ what, why: 'holds no JSON object', hint: 'Look what it is for; nothing was changed.' }];
  }
  const edited = editJson(text, params.keys, absentPaths(params.absent_keys));
  if (encodeText(edited).byteLength <= MAX_READ_BYTES) return [];
  return [{ what, why: 'would become larger than 64 KiB', hint: 'Write it by file_content.' }];
}

/** Pure: compares the file with what was to be written. */
export function verifyJsonKeys({ file }: JsonKeysState, { text, mode }: JsonKeysChange): Verdict {
  const shown = printable(file.path);
  if (file.found.type !== 'file' || file.found.sha256 !== sha256(encodeText(text))) {
    return { kind: 'not-yet', why: `${shown} does not hold what was written` };
  }
  if (mode === undefined || mode === file.found.mode) return { kind: 'as-wanted' };
  return { kind: 'not-yet', why: `${shown} has mode ${file.found.mode}, wanted ${mode}` };
}
