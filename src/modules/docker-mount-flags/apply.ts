import { encodeText } from '../../connection/bytes.ts';
import type { Session } from '../../connection/session.ts';
import { printable } from '../../core/text.ts';
import { daemonReload } from '../../programs/daemon-reload.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import type { PathStep } from '../../programs/path-step.ts';
import { recordUndo } from '../../programs/record-undo.ts';
import { removePath } from '../../programs/remove-path.ts';
import { statPath, witnessOf } from '../../programs/stat-path.ts';
import { writeFile } from '../../programs/write-file.ts';
import type { Applied } from '../module.ts';
import type { MountFlagsChange } from './state.ts';
import { DROP_IN_DIRECTORY } from './unit-edits.ts';

const UNIT = 'docker.service';

/** Digits of the old sha256 in a backup's name: the same old content makes the same backup, once. */
const BACKUP_DIGITS = 12;

/** Keeps what is there for the watchdog of the restart, writes whole or not at all, and lets systemd read it. */
export async function applyMountFlags(host: Session, change: MountFlagsChange): Promise<Applied> {
  if (change.action === 'reload') return daemonReload(host);
  const moved = await checkWitness(host, change);
  if (moved !== undefined) return moved;
  if (change.makeDirectory) {
    const made = await makeDirectory(host, { path: DROP_IN_DIRECTORY, mode: '0755', owner: '', group: '' });
    if (made.kind !== 'done') return made;
  }
  const kept = await recordUndo(host, { unit: UNIT, path: change.path });
  if (kept.kind !== 'done') return kept;
  const written = await step(host, change);
  if (written.kind !== 'done') return written;
  const reloaded = await daemonReload(host);
  if (reloaded.kind !== 'denied' && reloaded.kind !== 'busy') return reloaded;
  const why = reloaded.kind === 'denied' ? reloaded.why : reloaded.by;
  return { kind: 'denied', why: `${why}; the file is written, and systemd has not read it yet` };
}

/** A record of a change that was not made would have dockerd restarted for nothing, so the host is asked before it is kept. */
async function checkWitness(host: Session, { path, witness }: MountFlagsChange): Promise<Applied | undefined> {
  const look = await statPath(host, { path, follow: false, hash: true, names: false });
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const sum = 'sha256' in look.found ? look.found.sha256 : null;
  if (witnessOf(look.found) === witness.inode && sum === witness.sha256) return undefined;
  return { kind: 'stale', found: `${printable(path)} is no longer what was seen before` };
}

function step(host: Session, change: MountFlagsChange): Promise<PathStep> {
  const { path, text, witness } = change;
  const sum = witness.sha256;
  const inode = String(witness.inode);
  const oldSha256 = typeof sum === 'string' ? sum : undefined;
  if (change.action === 'remove' || text === undefined) {
    return removePath(host, { path, witness: inode, oldSha256, backupSuffix: '' });
  }
  const [rawMode, owner = '', group = ''] = inode === 'absent' ? [] : inode.split(' ');
  const mode = rawMode === undefined ? '0644' : (Number.parseInt(rawMode, 16) & 0o7777).toString(8);
  const backup = change.id.startsWith('patch:') && oldSha256 !== undefined;
  const backupSuffix = backup ? `.unbusy-${oldSha256.slice(0, BACKUP_DIGITS)}` : '';
  const content = encodeText(text);
  return writeFile(host, { path, follow: false, witness: inode, oldSha256, content, mode, owner, group, backupSuffix });
}
