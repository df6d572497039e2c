import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Standing } from '../core/standing.ts';
import { replaceFile } from '../core/whole-file.ts';

/** What is run on a schedule: two with equal playbook and inventory never run at once, two that are equal are compared. */
export interface Schedule {
  /** Absolute path. */
  readonly playbook: string;
  /** As given, files by their absolute paths. */
  readonly inventory: readonly string[];
  /** Whatever else decides what is looked at: limit, tags, mode, variables. */
  readonly rest: readonly string[];
}

/** Files of a schedule, beside the records of its runs. */
export interface ScheduleFiles {
  readonly lock: string;
  readonly memory: string;
}

/** What the last run of a schedule left; damaged: a file is there and cannot be relied on. */
export type Memory =
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly savedAt: string; readonly standings: readonly Standing[] }
  | { readonly kind: 'damaged'; readonly why: string };

const SCHEMA = 'unbusy/schedule/1';

/** Where a schedule has its lock and its memory; makes the folder, which only its owner can read. */
export function scheduleFiles(runsFolder: string, schedule: Schedule): ScheduleFiles {
  const folder = join(runsFolder, 'schedules');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { playbook, inventory, rest } = schedule;
  const stem = basename(playbook, extname(playbook)).replaceAll(/[^\w.-]/g, '_');
  const name = (parts: readonly string[]) => join(folder, `${stem}-${digest(parts)}`);
  const what = [playbook, ...inventory];
  return { lock: `${name(what)}.lock`, memory: `${name([...what, '', ...rest])}.json` };
}

/** Reads what the last run left. */
export function readMemory(path: string): Memory {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'none' } : { kind: 'damaged', why: code ?? String(error) };
  }
  try {
    const memory = JSON.parse(text) as { schema?: unknown; savedAt?: unknown; standings?: unknown };
    if (memory.schema !== SCHEMA) return { kind: 'damaged', why: `it is no ${SCHEMA}` };
    const { savedAt, standings } = memory;
    if (typeof savedAt !== 'string' || !Array.isArray(standings) || !standings.every(isStanding))
      return { kind: 'damaged', why: 'a field is missing' };
    return { kind: 'known', savedAt, standings };
  } catch {
    return { kind: 'damaged', why: 'it is no JSON' };
  }
}

/** Keeps what this run left. Throws what the file system says; the old memory is then as it was. */
export function writeMemory(path: string, nowMs: number, standings: readonly Standing[]): void {
  const savedAt = new Date(nowMs).toISOString();
  replaceFile(path, `${JSON.stringify({ schema: SCHEMA, savedAt, standings }, null, 1)}\n`, 0o600);
}

function isStanding(value: unknown): value is Standing {
  const { host, id, about, trouble, what, group, hint } = (value ?? {}) as Partial<Record<keyof Standing, unknown>>;
  const texts = [host, id, what, group].every((each) => typeof each === 'string');
  const known = about === 'look' || about === 'thing' || about === 'done';
  return texts && known && typeof trouble === 'boolean' && (hint === undefined || typeof hint === 'string');
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
