import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';

/** Who works on a run. A process number alone says nothing after a reboot or once it is used again. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly startTime: string;
  readonly bootId: string;
}

const LOCK = 'lock';

/** Takes the run for this process; the returned function lets go of it. Throws E_LOCK with the owner if another process works on it. */
export function lockRun(directory: string, nowMs: number): () => void {
  const path = join(directory, LOCK);
  const own = `${path}.${process.pid}`;
  const text = JSON.stringify(ownerOf(process.pid, nowMs));
  writeFileSync(own, text, { mode: 0o600 });
  try {
    if (!claim(own, path)) takeOver(directory, own, path);
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (readText(path) === text) rmSync(path, { force: true });
  };
}

/** True if a process that works on this run is alive, or may be. */
export function isHeld(directory: string): boolean {
  const text = readText(join(directory, LOCK));
  return text !== undefined && !isStale(text);
}

/** A hard link is made whole or not at all (link(2)), so nobody ever reads half an owner. */
function claim(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Puts our lock in the place of one whose owner is gone; only one process at a time may judge and replace it. */
function takeOver(directory: string, own: string, path: string): void {
  const turn = `${path}.takeover`;
  if (!claim(own, turn)) throw held(directory, readText(turn) ?? '');
  try {
    const before = readText(path);
    if (before !== undefined && !isStale(before)) throw held(directory, before);
    if (before !== undefined) unlinkSync(path);
    if (!claim(own, path)) throw held(directory, readText(path) ?? '');
  } finally {
    rmSync(turn, { force: true });
  }
}

function held(directory: string, text: string): UnbusyError {
  const owner = parseOwner(text);
  const who = owner === undefined ? 'somebody' : `process ${owner.pid} on ${owner.host}, since ${owner.since},`;
  const hint =
    owner === undefined || owner.host === hostname()
      ? 'Wait for it to end, or end it with ^C in its terminal.'
      : `Look there whether it still runs. If it does not, remove ${join(directory, LOCK)}.`;
  return new UnbusyError('E_LOCK', `${who} works on the run in ${directory}`, { hint });
}

/** Only an owner on this host can be known to be gone. A text that is no owner was written by nobody who lives. */
function isStale(text: string): boolean {
  const owner = parseOwner(text);
  if (owner === undefined) return true;
  if (owner.host !== hostname()) return false;
  const now = ownerOf(owner.pid, 0);
  return !isAlive(owner.pid) || now.bootId !== owner.bootId || now.startTime !== owner.startTime;
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.host === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** EPERM means that it lives and belongs to somebody else (kill(2)). */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ownerOf(pid: number, nowMs: number): Owner {
  return {
    pid,
    host: hostname(),
    since: new Date(nowMs).toISOString(),
    startTime: startTimeOf(pid),
    bootId: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '',
  };
}

/** Field 22 of /proc/PID/stat (proc(5)); the name before it may hold blanks and brackets. Empty where there is no such file. */
function startTimeOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
