import { lstatSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseDuration } from '../core/clock.ts';
import { startOf } from './run-id.ts';
import { isHeld } from './run-lock.ts';
import { listRuns } from './runs-folder.ts';

/** How much of old runs is kept; a run that is beyond any of these goes. */
export interface Keep {
  readonly ageMs?: number;
  readonly bytes?: number;
  readonly runs?: number;
}

/** How a limit is written, for help and mistakes. */
export const KEEP_FORMS = 'an age (30d), a size (1GB, 500MB) or a number of runs (200), several with commas';

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const POWERS_OF_TWO: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Reads limits such as `30d,1GB`; undefined if a word is none. */
export function parseKeep(text: string): Keep | undefined {
  let keep: Keep = {};
  for (const word of text.split(',').map((each) => each.trim())) {
    const limit = parseLimit(word);
    if (limit === undefined) return undefined;
    keep = { ...keep, ...limit };
  }
  return keep;
}

function parseLimit(word: string): Keep | undefined {
  if (/^[1-9]\d{0,6}$/.test(word)) return { runs: Number(word) };
  const size = /^(\d+(?:\.\d+)?)([kmg]?)(i?)b$/i.exec(word);
  if (size !== null) {
    const units = size[3] === '' ? BYTES : POWERS_OF_TWO;
    return { bytes: Number(size[1]) * (units[(size[2] ?? '').toLowerCase()] ?? 1) };
  }
  const ageMs = /\d(ms|s|m|h|d)$/.test(word) ? parseDuration(word) : undefined;
  return ageMs === undefined || ageMs === 0 ? undefined : { ageMs };
}

/**
 * Removes records of runs beyond the limits, the oldest first; never one that somebody works on, nor one that is still
 * needed. What cannot be removed stays: an old record is no reason to stop a run.
 */
export function pruneRuns(folder: string, keep: Keep, nowMs: number, isNeeded: (name: string) => boolean): void {
  let bytes = 0;
  const tooOld = (name: string) => keep.ageMs !== undefined && nowMs - (startOf(name) ?? nowMs) > keep.ageMs;
  for (const [index, name] of listRuns(folder).entries()) {
    if (keep.bytes !== undefined) bytes += sizeOf(join(folder, name));
    const beyond = index >= (keep.runs ?? Number.POSITIVE_INFINITY) || bytes > (keep.bytes ?? bytes) || tooOld(name);
    if (beyond && index > 0 && !isHeld(join(folder, name)) && !isNeeded(name)) remove(join(folder, name));
  }
}

/** Makes `latest` in the folder of the runs a symbolic link to this one; a folder that cannot have one goes without. */
export function pointLatest(directory: string): void {
  const link = join(dirname(directory), 'latest');
  const draft = `${link}.${process.pid}`;
  try {
    symlinkSync(basename(directory), draft);
    renameSync(draft, link);
  } catch {
    rmSync(draft, { force: true });
  }
}

function sizeOf(directory: string): number {
  try {
    return readdirSync(directory).reduce((sum, name) => sum + lstatSync(join(directory, name)).size, 0);
  } catch {
    return 0;
  }
}

function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true });
  } catch {
    // It belongs to somebody else, or the disk is read-only.
  }
}
