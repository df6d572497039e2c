import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lock. A process number alone says nothing after a reboot or once it is used again. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly startTime: string;
  readonly bootId: string;
  /** What it was started as, where that says more than its number. */
  readonly command?: string;
}

/** Taken, with what lets go of it; or held, with the owner as far as he can be read. */
export type Claim =
  | { readonly kind: 'taken'; release(): void }
  | { readonly kind: 'held'; readonly owner: LockOwner | undefined };

/** Takes the lock file for this process; one whose owner is known to be gone is taken over. Throws what the file system says. */
export function claimLock(path: string, nowMs: number, command?: string): Claim {
  const own = `${path}.${process.pid}`;
  const owner = ownerOf(process.pid, nowMs);
  const text = JSON.stringify(command === undefined ? owner : { ...owner, command });
  writeFileSync(own, text, { mode: 0o600 });
  try {
    const holder = link(own, path) ? undefined : takeOver(own, path);
    if (holder !== undefined) return { kind: 'held', owner: parseOwner(holder) };
  } finally {
    rmSync(own, { force: true });
  }
  const release = () => {
    if (readText(path) === text) rmSync(path, { force: true });
  };
  return { kind: 'taken', release };
}

/** Who holds the lock file: a process that is alive, or may be; undefined if nobody does. */
export function lockHolder(path: string): { readonly owner: LockOwner | undefined } | undefined {
  const text = readText(path);
  return text === undefined || isStale(text) ? undefined : { owner: parseOwner(text) };
}

/** The owner as words that can stand at the beginning of a sentence. */
export function ownerWords(owner: LockOwner | undefined): string {
  if (owner === undefined) return 'another process';
  const command = owner.command === undefined ? '' : ` (${owner.command})`;
  return `process ${owner.pid} on ${owner.host}, since ${owner.since}${command},`;
}

/** True if the owner stands on this host, so that it is known whether he lives. */
export function isHere(owner: LockOwner | undefined): boolean {
  return owner === undefined || owner.host === hostname();
}

/** A hard link is made whole or not at all (link(2)), so nobody ever reads half an owner. */
function link(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts our lock in the place of one whose owner is gone; only one process at a time may judge and replace it. Gives the
 * text of whoever holds the lock instead of us.
 */
function takeOver(own: string, path: string): string | undefined {
  const turn = `${path}.takeover`;
  if (!link(own, turn) && !(breakTurn(own, turn) && link(own, turn))) return readText(turn) ?? '';
  try {
    const before = readText(path);
    if (before !== undefined && !isStale(before)) return before;
    if (before !== undefined) unlinkSync(path);
    return link(own, path) ? undefined : (readText(path) ?? '');
  } finally {
    rmSync(turn, { force: true });
  }
}

/**
 * Takes away a turn whose owner was killed in the middle of it. Only one process can rename it away; if that was another
 * one than was judged, it goes back to its place.
 */
function breakTurn(own: string, turn: string): boolean {
  const judged = readText(turn);
  if (judged === undefined) return true;
  if (!isStale(judged)) return false;
  const away = `${own}.stale`;
  try {
    renameSync(turn, away);
    if (readText(away) === judged) return true;
    link(away, turn);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(away, { force: true });
  }
}

/** Only an owner on this host can be known to be gone. A text that is no owner was written by nobody who lives. */
function isStale(text: string): boolean {
  const owner = parseOwner(text);
  if (owner === undefined) return true;
  if (owner.host !== hostname()) return false;
  const now = ownerOf(owner.pid, 0);
  return !isAlive(owner.pid) || now.bootId !== owner.bootId || now.startTime !== owner.startTime;
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<LockOwner>;
    return typeof owner.pid === 'number' && typeof owner.host === 'string' ? (owner as LockOwner) : undefined;
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

function ownerOf(pid: number, nowMs: number): LockOwner {
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
