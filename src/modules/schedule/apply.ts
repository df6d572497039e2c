import { encodeText } from '../../connection/bytes.ts';
import type { Session } from '../../connection/session.ts';
import { daemonReload } from '../../programs/daemon-reload.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import { removePath } from '../../programs/remove-path.ts';
import { statPath, witnessOf } from '../../programs/stat-path.ts';
import { removeEmptyDirectory, removeTextFile } from '../../programs/text-file.ts';
import { type UnitVerb, unitStep } from '../../programs/unit-step.ts';
import { writeFile } from '../../programs/write-file.ts';
import type { Applied } from '../module.ts';
import type { ScheduleChange } from './changes.ts';
import { MODES, unitsOf } from './files.ts';
import type { ScheduleParams } from './params.ts';

const DIRECTORY_MODE = '0755';

/** Does one step. A unit file counts as written once systemd has read it, and a timer that ran is armed anew. */
export async function applySchedule(host: Session, change: ScheduleChange, params: ScheduleParams): Promise<Applied> {
  const { action } = change;
  switch (action) {
    case 'directory':
      return makeDirectory(host, { path: params.directory, mode: DIRECTORY_MODE, owner: '0', group: '0' });
    case 'write':
      return write(host, change, params);
    case 'remove':
      return remove(host, change, params);
    case 'reload':
      return reload(host, change);
    default:
      return ask(host, change, action);
  }
}

async function write(host: Session, change: ScheduleChange, params: ScheduleParams): Promise<Applied> {
  const { witness, file = 'script', text = params.playbook?.text ?? '' } = change;
  const written = await writeFile(host, {
    path: String(witness.path),
    follow: false,
    witness: String(witness.inode),
    oldSha256: typeof witness.sha256 === 'string' ? witness.sha256 : undefined,
    content: encodeText(text),
    mode: MODES[file],
    ...{ owner: '0', group: '0', backupSuffix: '' },
  });
  if (written.kind !== 'done' || file === 'script' || file === 'cron') return written;
  return reload(host, change);
}

/** New times hold from the moment that the timer is started again. */
async function reload(host: Session, { witness }: ScheduleChange): Promise<Applied> {
  const reloaded = await daemonReload(host);
  if (reloaded.kind !== 'done' || witness.active !== 'active') return reloaded;
  return unitStep(host, {
    verb: 'restart',
    unit: String(witness.unit),
    runtime: false,
    expected: '-',
    expectedFile: '-',
  });
}

async function remove(host: Session, { witness, file }: ScheduleChange, params: ScheduleParams): Promise<Applied> {
  const removed = await removeTextFile(host, witness);
  if (removed.kind !== 'done') return removed;
  if (file === 'script') await removeEmptyDirectory(host, params.directory);
  if (file === 'timer') await removeStamp(host, unitsOf(params).timer);
  if (file === 'timer' || file === 'service') {
    const reloaded = await daemonReload(host);
    if (reloaded.kind === 'done' && witness.failed === true) return forgetFailure(host, String(witness.unit));
    // Where systemd does not run the host, nothing has read the file.
    return reloaded.kind === 'failed' && reloaded.error.code === 'E_PREFLIGHT_TOOL' ? removed : reloaded;
  }
  return removed;
}

function forgetFailure(host: Session, unit: string): Promise<Applied> {
  return unitStep(host, { verb: 'reset-failed', unit, runtime: false, expected: '-', expectedFile: '-' });
}

/** When the timer last elapsed (systemd.timer(5), Persistent=): kept, it would make a later timer of that name start at once. */
async function removeStamp(host: Session, timer: string): Promise<void> {
  const path = `/var/lib/systemd/timers/stamp-${timer}`;
  const look = await statPath(host, { path, follow: false, hash: false, names: false });
  if (!look.ok || look.found.type !== 'file') return;
  await removePath(host, { path, witness: witnessOf(look.found), oldSha256: undefined, backupSuffix: '' });
}

function ask(host: Session, { witness }: ScheduleChange, verb: UnitVerb): Promise<Applied> {
  return unitStep(host, {
    verb,
    unit: String(witness.unit),
    runtime: false,
    expected: String(witness.active),
    expectedFile: String(witness.file),
  });
}
