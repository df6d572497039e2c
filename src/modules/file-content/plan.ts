import { encodeText } from '../../connection/bytes.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { describeDifferences, differences, normalMode, type WantedAttributes } from '../../programs/attributes.ts';
import { isText } from '../../programs/read-file.ts';
import { type PathInode, witnessOf } from '../../programs/stat-path.ts';
import { unifiedDiff } from '../../programs/unified-diff.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Verdict } from '../module.ts';
import type { FileContentParams } from './params.ts';
import type { FileChange, FileState } from './state.ts';

/** At most one step: write, set attributes, or remove. */
export function planFile(state: FileState, params: FileContentParams): readonly FileChange[] {
  if (refuseFile(state, params).length > 0) return [];
  const { found } = state;
  const inode = found.type === 'absent' || found.type === 'dangling' ? undefined : found;
  if (params.state === 'absent') return inode === undefined ? [] : [removal(state, inode)];
  const content = params.content ?? '';
  const sum = sha256(encodeText(content));
  if (inode === undefined || inode.sha256 !== sum) return [writing(state, inode, params, content, sum)];
  const wrong = differences(inode, params);
  if (wrong.length === 0) return [];
  return [
    {
      ...base(state, 'attributes'),
      title: `set ${wrong.map(({ what }) => what).join(', ')} of ${printable(state.path)}`,
      why: describeDifferences(wrong),
      action: 'attributes',
      wanted: { sha256: sum, ...wantedAttributes(params) },
    },
  ];
}

/** What is at the path must not be replaced by a file. */
export function refuseFile({ path, found }: FileState, params: FileContentParams): readonly Refusal[] {
  const what = printable(path);
  if (found.type === 'dangling') {
    return [
      {
        what,
        why: 'is a symbolic link that leads to nothing',
        hint: 'Name the file itself, or make what the link leads to.',
      },
    ];
  }
  if (found.type === 'symlink' && params.state === 'present') {
    return [{ what, why: 'is a symbolic link', hint: 'Set follow: true to write what it leads to, or name that.' }];
  }
  if (found.type === 'directory') {
    return [{ what, why: 'is a directory', hint: 'Use file_state for directories.' }];
  }
  if (found.type === 'other') {
    return [{ what, why: 'is a device, a socket or a pipe', hint: 'Look what it is for, and remove it by hand.' }];
  }
  return [];
}

/** Pure: compares what is there now with what the step was to bring. */
export function verifyFile({ path, found }: FileState, change: FileChange): Verdict {
  const shown = printable(path);
  if (change.action === 'remove') {
    return found.type === 'absent' ? { kind: 'as-wanted' } : { kind: 'not-yet', why: `${shown} is still there` };
  }
  if (found.type !== 'file') return { kind: 'not-yet', why: `${shown} is not a regular file` };
  if (found.sha256 !== change.wanted.sha256)
    return { kind: 'not-yet', why: `${shown} does not hold the wanted content` };
  const wrong = differences(found, change.wanted);
  return wrong.length === 0
    ? { kind: 'as-wanted' }
    : { kind: 'not-yet', why: `${shown}: ${describeDifferences(wrong)}` };
}

function removal(state: FileState, inode: PathInode): FileChange {
  return {
    ...base(state, 'remove'),
    title: `remove ${printable(state.path)}`,
    why: 'it is there',
    action: 'remove',
    wanted: {},
    ...links(inode),
  };
}

function writing(
  state: FileState,
  inode: PathInode | undefined,
  params: FileContentParams,
  content: string,
  sum: string,
): FileChange {
  const bytes = Buffer.byteLength(content);
  const why = inode === undefined ? 'it does not exist' : `its content differs (${inode.size} bytes, wanted ${bytes})`;
  return {
    ...base(state, 'write'),
    title: `${inode === undefined ? 'create' : 'write'} ${printable(state.path)}`,
    why,
    action: 'write',
    wanted: { sha256: sum, ...wantedAttributes(params) },
    diff: diffFor(state, inode, params, content),
    ...links(inode),
  };
}

function base({ path, found }: FileState, id: string) {
  const sum = 'sha256' in found ? found.sha256 : undefined;
  const witness: JsonObject = { path, inode: witnessOf(found), sha256: sum ?? null };
  return { id, risk: 'file', certainty: 'certain', witness } as const;
}

/** A rename parts the path from the other names of its inode. */
function links(inode: PathInode | undefined): { readonly blast?: readonly string[] } {
  if (inode === undefined || inode.type !== 'file' || inode.links < 2) return {};
  return { blast: [`it has ${inode.links - 1} other hard link(s), which keep the old content`] };
}

function wantedAttributes({ mode, owner, group }: FileContentParams): WantedAttributes {
  return {
    ...(mode === undefined ? {} : { mode: normalMode(mode) }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

/** A file that not everyone may read is not shown either: diffs end up in logs and reports. */
function diffFor(state: FileState, inode: PathInode | undefined, params: FileContentParams, content: string): string {
  const shown = printable(state.path);
  const modes = [inode?.mode, params.mode].filter((mode) => mode !== undefined);
  if (modes.some((mode) => (Number.parseInt(mode, 8) & 0o004) === 0)) {
    return `${shown}: not shown, for not everyone may read this file\n`;
  }
  if (!isText(content) || (inode !== undefined && state.oldText === undefined)) {
    return `${shown}: not shown, for it is large or no text\n`;
  }
  return unifiedDiff(shown, inode === undefined ? undefined : state.oldText, content);
}
