import type { Json } from '../core/json.ts';
import type { ItemResult, TaskResult } from '../core/results.ts';
import { worstStatus } from './status.ts';
import type { TaskFrame } from './task-run.ts';

type Unfinished = Omit<TaskResult, 'durationMs'>;

/** One entry of a loop and how the task ended for it. */
export interface ItemRun {
  readonly item: Json;
  readonly result: Unfinished;
}

/** Longest part of an entry that stands in a message. */
const LABEL = 60;

/** The results of a loop as the one result of its task; `left` are the entries that were not begun, after a failure or the end of the run. */
export function foldItems(frame: TaskFrame, done: readonly ItemRun[], left: readonly Json[]): Unfinished {
  const results = done.map((run) => run.result);
  const status = worstStatus([...results.map((one) => one.status), ...left.map(() => 'not-reached' as const)]);
  const bad = done.find(({ result }) => result.error !== undefined);
  const notes = new Set(results.flatMap((one) => (one.status === status && one.note !== undefined ? [one.note] : [])));
  const unsettled = new Set(results.flatMap((one) => one.unsettled ?? []));
  return {
    ...frame,
    status,
    changes: results.flatMap((one) => one.changes),
    refusals: results.flatMap((one) => one.refusals),
    findings: results.flatMap((one) => one.findings),
    gaps: results.flatMap((one) => one.gaps),
    items: [...done.map(itemResult), ...left.map((item) => ({ item, status: 'not-reached' as const }))],
    result: {
      results: done.map(({ item, result }) => ({ ...result.result, item })),
      status,
      changed: results.some((one) => one.result.changed === true),
    },
    ...(bad?.result.error === undefined
      ? {}
      : { error: { ...bad.result.error, message: `${labelOf(bad.item)}: ${bad.result.error.message}` } }),
    ...(notes.size === 0 ? {} : { note: [...notes].join('; ') }),
    ...(unsettled.size === 0 ? {} : { unsettled: [...unsettled].join('; ') }),
  };
}

function itemResult({ item, result }: ItemRun): ItemResult {
  const { status, error, note } = result;
  return { item, status, ...(error === undefined ? {} : { error }), ...(note === undefined ? {} : { note }) };
}

/** An entry as a message names it. */
function labelOf(item: Json): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return text.length <= LABEL ? text : `${text.slice(0, LABEL - 1)}…`;
}
