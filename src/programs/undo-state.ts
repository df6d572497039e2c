import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { type RunningContainer, readRunning } from './docker-running.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import text from './undo-state.sh';
import { undoProgram } from './undo-store.ts';

const PROGRAM = undoProgram('undo-state', text);

/** What was at a path before it was changed. `ticks` and `boot` say when it was last about to be changed. */
export interface UndoEntry {
  /** The sha256 of the path. */
  readonly key: string;
  readonly kind: 'absent' | 'file' | 'link';
  readonly path: string;
  readonly boot: string;
  /** Start time, as in field 22 of stat, of a process that ran at that moment. */
  readonly ticks: number;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Ticks of this boot at which it was first kept, if the path is now as it was kept then; NaN if not, or if that is not known. */
  readonly asKeptSince: number;
  /** Ticks of this boot at which it was first kept; NaN if that was in another boot, or is not known. */
  readonly keptSince: number;
}

/** A restart that is not confirmed yet, with the watchdog of the host. */
export interface WatchedRestart {
  readonly token: string;
  /** True: it is being taken back already. */
  readonly reverting: boolean;
  /** When the host takes it back, in seconds since 1970. */
  readonly deadline: number;
  /** False: nobody watches any more, for instance after a reboot. */
  readonly alive: boolean;
  readonly keys: readonly string[];
  /** What ran before it. */
  readonly before: readonly RunningContainer[];
}

/** Why a change was taken back: not confirmed in time; the daemon did not answer, or its unit failed; containers were missing. */
export type RevertReason = 'unconfirmed' | 'silent' | 'failed' | 'containers';

/** What the host put back by itself, or because we asked it to. */
export interface RevertNote {
  readonly token: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly reason: RevertReason;
  /** Whether the daemon answered afterwards. */
  readonly api: boolean;
  readonly paths: readonly { readonly path: string; readonly back: boolean }[];
}

/** What was at a path when the host last took a change of it back. */
export interface Rejection {
  readonly key: string;
  /** Of the restart that was made for it; all paths of that change have it in common. */
  readonly token: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly reason: RevertReason;
  /** Whether just that is at the path again. */
  readonly again: boolean;
  readonly path: string;
}

/** All that is kept for the restart of a unit. */
export interface UndoState {
  readonly boot: string;
  readonly entries: readonly UndoEntry[];
  readonly watched: readonly WatchedRestart[];
  readonly notes: readonly RevertNote[];
  readonly rejected: readonly Rejection[];
}

/** What was seen, or why nothing may be relied on. */
export type UndoLook =
  | { readonly ok: true; readonly state: UndoState }
  | { readonly ok: false; readonly error: UnbusyError };

/** Looks at what is kept for the restart of a unit; costs one short call. */
export async function undoState(session: Session, unit: string): Promise<UndoLook> {
  const answer = await runProgram(session, { program: PROGRAM, args: [unit] }, [EXIT.done, EXIT.denied]);
  if (!answer.ok) return answer;
  if (answer.code === EXIT.done) return { ok: true, state: readState(answer.records) };
  return {
    ok: false,
    error: new UnbusyError('E_UNKNOWN', `/var/lib/unbusy/undo/${unit} cannot be read`, {
      host: session.host,
      hint: 'Set become: true.',
    }),
  };
}

function readState(records: readonly ProgramRecord[]): UndoState {
  const all = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const watches = (kind: 'armed' | 'reverting') => all(kind).map((fields) => readWatch(fields, kind, records));
  return {
    boot: all('boot')[0]?.[0] ?? '',
    entries: all('entry').map((fields) => readEntry(fields, all('boot')[0]?.[0] ?? '')),
    watched: [...watches('armed'), ...watches('reverting')],
    notes: readNotes(records),
    rejected: all('rejected').map(readRejection),
  };
}

function readEntry(fields: readonly string[], thisBoot: string): UndoEntry {
  const [key = '', kind = '', boot = '', ticks = '', epoch = '', path = '', firstBoot, firstTicks = '', now] = fields;
  const keptSince = firstBoot === thisBoot ? number(firstTicks) : Number.NaN;
  return {
    key,
    kind: kind as UndoEntry['kind'],
    path,
    boot,
    ticks: number(ticks),
    epoch: number(epoch),
    asKeptSince: now === 'same' ? keptSince : Number.NaN,
    keptSince,
  };
}

function readRejection([
  key = '',
  token = '',
  epoch = '',
  reason = '',
  again = '',
  path = '',
]: readonly string[]): Rejection {
  return { key, token, epoch: number(epoch), reason: reason as RevertReason, again: again === 'yes', path };
}

/** NaN also for an empty text: a file of a full disk. */
function number(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function readWatch(
  [token = '', deadline = '', life = '']: readonly string[],
  kind: 'armed' | 'reverting',
  records: readonly ProgramRecord[],
): WatchedRestart {
  const mine = records.filter(({ fields }) => fields[0] === token);
  return {
    token,
    reverting: kind === 'reverting',
    deadline: Number(deadline),
    alive: life === 'alive',
    keys: mine.filter((record) => record.kind === 'covers').map(({ fields }) => fields[1] ?? ''),
    before: readBefore(records, token),
  };
}

/** The records `before` of one restart. */
export function readBefore(records: readonly ProgramRecord[], token: string): readonly RunningContainer[] {
  const mine = records.filter(({ kind, fields }) => kind === 'before' && fields[0] === token);
  return readRunning(mine.map(({ fields }) => ({ kind: 'container', fields: fields.slice(1) })));
}

/** The records `note` and `put` that the watchdog wrote. */
export function readNotes(records: readonly ProgramRecord[]): readonly RevertNote[] {
  return records
    .filter(({ kind }) => kind === 'note')
    .map(({ fields: [token = '', epoch = '', reason = '', api = ''] }) => ({
      token,
      epoch: Number(epoch),
      reason: reason as RevertReason,
      api: api === 'yes',
      paths: records
        .filter(({ kind, fields }) => kind === 'put' && fields[0] === token)
        .map(({ fields: [, word, path = ''] }) => ({ path, back: word === 'back' })),
    }));
}
