import type { Session } from '../../connection/session.ts';
import { printable } from '../../core/text.ts';
import { daemonReload } from '../../programs/daemon-reload.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import { recordUndo } from '../../programs/record-undo.ts';
import { unitStates } from '../../programs/systemd-unit-state.ts';
import {
  lookAtTextFile,
  removeEmptyDirectory,
  removeTextFile,
  textFileWitness,
  writeTextFile,
} from '../../programs/text-file.ts';
import type { Applied } from '../module.ts';
import { type DropInParams, dropInDirectory } from './params.ts';
import { brokenWords, type DropInChange, isBroken } from './plan.ts';

/** Units whose next start is guarded: what their files held is kept until a restart was confirmed. */
const GUARDED = ['docker.service'];

const DIRECTORY_MODE = '0755';

/** Changes the file and lets systemd read it; takes it back if systemd could use the unit before, and cannot any more. */
export async function applyDropIn(host: Session, change: DropInChange, params: DropInParams): Promise<Applied> {
  if (change.action === 'reload') return daemonReload(host);
  const changed = await changeFile(host, change, params);
  if (changed.kind !== 'done') return changed;
  const reloaded = await daemonReload(host);
  if (reloaded.kind === 'denied') {
    return {
      kind: 'denied',
      why: `${reloaded.why}; ${printable(String(change.witness.path))} is changed, but not read`,
    };
  }
  return reloaded.kind === 'done' ? checkUnit(host, change, params) : reloaded;
}

async function changeFile(host: Session, change: DropInChange, params: DropInParams): Promise<Applied> {
  const path = String(change.witness.path);
  if (GUARDED.includes(params.unit)) {
    const kept = await recordUndo(host, { unit: params.unit, path });
    if (kept.kind !== 'done') return kept;
  }
  if (change.text === null) {
    const removed = await removeTextFile(host, change.witness);
    if (removed.kind === 'done') await removeEmptyDirectory(host, dropInDirectory(params.unit));
    return removed;
  }
  const isNew = change.witness.directory === 'absent';
  if (isNew) {
    const attributes = { mode: DIRECTORY_MODE, owner: '', group: '' };
    const made = await makeDirectory(host, { path: dropInDirectory(params.unit), ...attributes });
    if (made.kind !== 'done') return made;
  }
  const written = await writeTextFile(host, change.witness, change.text, params.mode);
  if (written.kind !== 'done' && isNew) await removeEmptyDirectory(host, dropInDirectory(params.unit));
  return written;
}

async function checkUnit(host: Session, change: DropInChange, params: DropInParams): Promise<Applied> {
  const look = await unitStates(host, [params.unit]);
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const [unit] = look.units;
  if (unit === undefined || !isBroken(unit) || change.witness.loaded !== 'loaded') {
    const runs = unit !== undefined && unit.mainPid > 0;
    return runs ? { kind: 'done', note: `${unit.id} still runs as it was started before` } : { kind: 'done' };
  }
  const back = await takeBack(host, change, params);
  return { kind: 'denied', why: `${brokenWords(unit)}; ${back}` };
}

/** Puts back what was there before the change, and says how the host is left. */
async function takeBack(host: Session, change: DropInChange, params: DropInParams): Promise<string> {
  const path = String(change.witness.path);
  const look = await lookAtTextFile(host, path);
  const left = `${printable(path)} could not be put back as it was`;
  if (!look.ok || (change.before === null && change.witness.inode !== 'absent')) return left;
  const now = textFileWitness(look.file);
  const step = change.before === null ? await removeTextFile(host, now) : await writeAgain(host, now, change, params);
  if (step.kind !== 'done') return left;
  if (change.before === null) await removeEmptyDirectory(host, dropInDirectory(params.unit));
  const reloaded = await daemonReload(host);
  return reloaded.kind === 'done'
    ? 'the drop-in was put back as it was'
    : 'it was put back, but systemd has not read it';
}

async function writeAgain(
  host: Session,
  now: DropInChange['witness'],
  change: DropInChange,
  params: DropInParams,
): Promise<Applied> {
  const rawMode = String(change.witness.inode).split(' ')[0] ?? '';
  const mode = (Number.parseInt(rawMode, 16) & 0o7777).toString(8);
  if (now.inode === 'absent') {
    const attributes = { mode: DIRECTORY_MODE, owner: '', group: '' };
    await makeDirectory(host, { path: dropInDirectory(params.unit), ...attributes });
  }
  return writeTextFile(host, now, change.before ?? '', mode);
}
