import { encodeText } from '../../connection/bytes.ts';
import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { removePath } from '../../programs/remove-path.ts';
import { setAttributes } from '../../programs/set-attributes.ts';
import { writeFile } from '../../programs/write-file.ts';
import { type Applied, defineModule } from '../module.ts';
import { type FileContentParams, fileContentParams } from './params.ts';
import { planFile, refuseFile, verifyFile } from './plan.ts';
import { type FileChange, type FileState, observeFile, observeFiles } from './state.ts';

/** Puts content into a file, whole or not at all, and keeps or sets its mode, owner and group. */
export const fileContentModule = defineModule<FileContentParams, FileState, FileChange>({
  name: 'file_content',
  summary: 'Makes a file hold exactly this content, with this mode and owner; or makes it absent.',
  params: fileContentParams,
  needsRoot: false,
  observe: observeFile,
  observeEach: observeFiles,
  plan: planFile,
  refusals: refuseFile,
  apply,
  verify: verifyFile,
  result: describe,
});

/** Digits of the old sha256 in a backup's name: the same old content makes the same backup, once. */
const BACKUP_DIGITS = 12;

function apply(host: Session, change: FileChange, params: FileContentParams): Promise<Applied> {
  const { path, follow, backup } = params;
  const witness = String(change.witness.inode);
  const sum = change.witness.sha256;
  const oldSha256 = typeof sum === 'string' ? sum : undefined;
  const backupSuffix = backup && oldSha256 !== undefined ? `.unbusy-${oldSha256.slice(0, BACKUP_DIGITS)}` : '';
  const { mode, owner, group } = change.wanted;
  if (change.action === 'remove') return removePath(host, { path, witness, oldSha256, backupSuffix });
  if (change.action === 'attributes') {
    return setAttributes(host, { path, follow, witness, mode: mode ?? '', owner: owner ?? '', group: group ?? '' });
  }
  return writeFile(host, {
    path,
    follow,
    witness,
    oldSha256,
    content: encodeText(params.content ?? ''),
    ...attributesOfNewFile(change),
    backupSuffix,
  });
}

const DEFAULT_MODE = '0644';

/** What the playbook does not say, the new file takes over from the old one; its numbers are in the witness. */
function attributesOfNewFile({ wanted, witness }: FileChange): { mode: string; owner: string; group: string } {
  const inode = String(witness.inode);
  const [rawMode, uid, gid] = inode === 'absent' ? [] : inode.split(' ');
  const kept = rawMode === undefined ? DEFAULT_MODE : (Number.parseInt(rawMode, 16) & 0o7777).toString(8);
  return { mode: wanted.mode ?? kept, owner: wanted.owner ?? uid ?? '', group: wanted.group ?? gid ?? '' };
}

function describe({ path, found }: FileState): JsonObject {
  if (found.type === 'absent' || found.type === 'dangling') return { path, type: found.type };
  const { type, mode, uid, gid, size, sha256 } = found;
  return { path, type, mode, uid, gid, size, ...(sha256 === undefined ? {} : { sha256 }) };
}
