import { modeSchema, pathSchema, principalSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import type { Session } from '../../connection/session.ts';
import type { Change, Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import {
  describeDifferences,
  differences,
  needsNames,
  normalMode,
  type WantedAttributes,
} from '../../programs/attributes.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import { removePath } from '../../programs/remove-path.ts';
import { setAttributes } from '../../programs/set-attributes.ts';
import { type PathFound, type PathLook, type PathQuestion, statPath, witnessOf } from '../../programs/stat-path.ts';
import { statPaths } from '../../programs/stat-paths.ts';
import { writeFile } from '../../programs/write-file.ts';
import { type Applied, defineModule, type Observed, type Verdict } from '../module.ts';

interface FileStateParams extends WantedAttributes {
  readonly path: string;
  readonly state: 'file' | 'directory' | 'absent';
}

interface PathState {
  readonly path: string;
  readonly found: PathFound;
}

interface PathChange extends Change {
  readonly action: 'create' | 'attributes' | 'remove';
  readonly wanted: { readonly type: FileStateParams['state'] } & WantedAttributes;
}

const fields = () => ({
  path: pathSchema().describe('The path.'),
  state: z
    .enum(['file', 'directory', 'absent'])
    .describe('What should be there. An empty file is made where there is none; only an empty directory is removed.'),
  mode: modeSchema()
    .optional()
    .describe("Its mode, such as '0755'; left as it is if not given, 0644 or 0755 for what is new."),
  owner: principalSchema().optional().describe('Its owner; left as it is if not given.'),
  group: principalSchema().optional().describe('Its group; left as it is if not given.'),
});

const params: z.ZodType<FileStateParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((given, context) => {
    for (const field of ['mode', 'owner', 'group'] as const) {
      if (given.state === 'absent' && given[field] !== undefined) {
        context.addIssue({ code: 'custom', message: 'does not go with `state: absent`', path: [field] });
      }
    }
  }),
);

/** Makes a path a file or a directory with these attributes, or absent; the content of a file is not its business. */
export const fileStateModule = defineModule<FileStateParams, PathState, PathChange>({
  name: 'file_state',
  summary: 'Makes a path a file or a directory with this mode and owner, or absent.',
  params,
  needsRoot: false,
  observe: async (host, given) => asState(given, await statPath(host, question(given))),
  observeEach,
  plan,
  refusals,
  apply,
  verify,
  result: ({ path, found }) => ({ path, ...found }),
});

async function observeEach(host: Session, each: readonly FileStateParams[]): Promise<readonly Observed<PathState>[]> {
  const looks = await statPaths(host, each.map(question));
  return looks.map((look, index) => asState(each[index] as FileStateParams, look));
}

function question(given: FileStateParams): PathQuestion {
  return { path: given.path, follow: false, hash: false, names: needsNames(given) };
}

function asState({ path }: FileStateParams, look: PathLook): Observed<PathState> {
  return look.ok
    ? { kind: 'known', state: { path, found: look.found }, gaps: [] }
    : { kind: 'unknown', error: look.error };
}

function plan(state: PathState, given: FileStateParams): readonly PathChange[] {
  const { path, found } = state;
  if (refusals(state, given).length > 0) return [];
  const shown = printable(path);
  const wanted = { type: given.state, ...wantedAttributes(given) };
  const base = { risk: 'file', certainty: 'certain', witness: { path, inode: witnessOf(found) }, wanted } as const;
  if (given.state === 'absent') {
    if (found.type === 'absent') return [];
    return [{ ...base, id: 'remove', action: 'remove', title: `remove ${shown}`, why: `a ${found.type} is there` }];
  }
  if (found.type === 'absent' || found.type === 'dangling') {
    return [
      { ...base, id: 'create', action: 'create', title: `create ${given.state} ${shown}`, why: 'it does not exist' },
    ];
  }
  const wrong = differences(found, given);
  if (wrong.length === 0) return [];
  const title = `set ${wrong.map(({ what }) => what).join(', ')} of ${shown}`;
  return [{ ...base, id: 'attributes', action: 'attributes', title, why: describeDifferences(wrong) }];
}

function refusals({ path, found }: PathState, given: FileStateParams): readonly Refusal[] {
  if (found.type === 'absent' || found.type === given.state) return [];
  if (given.state === 'absent' && found.type !== 'other') return [];
  const why = found.type === 'other' ? 'is a device, a socket or a pipe' : `is a ${found.type}, not a ${given.state}`;
  return [{ what: printable(path), why, hint: 'Look what it is for, and remove it by hand or by a task of its own.' }];
}

function apply(host: Session, change: PathChange, { path }: FileStateParams): Promise<Applied> {
  const witness = String(change.witness.inode);
  const { type, mode, owner = '', group = '' } = change.wanted;
  if (change.action === 'remove') return removePath(host, { path, witness, oldSha256: undefined, backupSuffix: '' });
  if (change.action === 'attributes') {
    return setAttributes(host, { path, follow: false, witness, mode: mode ?? '', owner, group });
  }
  if (type === 'directory') return makeDirectory(host, { path, mode: mode ?? '0755', owner, group });
  const empty = { content: new Uint8Array(), oldSha256: undefined, backupSuffix: '' };
  return writeFile(host, { path, follow: false, witness, mode: mode ?? '0644', owner, group, ...empty });
}

function verify({ path, found }: PathState, { wanted }: PathChange): Verdict {
  const shown = printable(path);
  if (found.type !== wanted.type) return { kind: 'not-yet', why: `${shown} is ${found.type}, wanted ${wanted.type}` };
  if (found.type === 'absent') return { kind: 'as-wanted' };
  const wrong = differences(found, wanted);
  return wrong.length === 0
    ? { kind: 'as-wanted' }
    : { kind: 'not-yet', why: `${shown}: ${describeDifferences(wrong)}` };
}

function wantedAttributes({ mode, owner, group }: FileStateParams): WantedAttributes {
  return {
    ...(mode === undefined ? {} : { mode: normalMode(mode) }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}
