import { randomBytes } from 'node:crypto';
import type { ProgramRecord, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { type RunningContainer, readRunning } from './docker-running.ts';
import { EXIT } from './exit-numbers.ts';
import text from './guarded-restart.sh';
import { EXIT_FAILED } from './host-step.ts';
import { REVERT_TEXT } from './revert-undo.ts';
import { runProgram } from './run-program.ts';
import { type RevertNote, type RevertReason, readBefore, readNotes } from './undo-state.ts';
import { watchedProgram } from './undo-watchdog.ts';

const PROGRAM = watchedProgram('guarded-restart', text);

/** A restart of dockerd's unit, and what the host must still look like right before. */
export interface GuardedRestart {
  readonly unit: string;
  /** The unit's main process with field 22 of its stat; 0 and "0" if it does not run. */
  readonly pid: number;
  readonly start: string;
  /** Until then it must be confirmed, or the host takes the change back; the daemon has to answer some time before. */
  readonly withinSeconds: number;
  /** Hours of the host's clock within which it may begin, as 02:00-04:00; undefined: at any time. */
  readonly window: string | undefined;
  /** Entries that the host puts back; none: there is nothing to put back, and no watchdog. */
  readonly keys: readonly string[];
  /** Ids of the containers that run; undefined: not known, and whatever runs is taken along. */
  readonly running: readonly string[] | undefined;
  /** Ids of those that must run again afterwards. */
  readonly comeBack: readonly string[];
}

/** What a restart led to; `token` names it for the confirmation. */
export type RestartAnswer =
  | { readonly kind: 'up'; readonly token: string; readonly after: AfterRestart }
  | { readonly kind: 'stale'; readonly found: string }
  | { readonly kind: 'denied'; readonly why: string }
  /** The daemon did not answer. `note` undefined: there was nothing to put back, or the host is still at it. */
  | {
      readonly kind: 'down';
      readonly reason: RevertReason;
      readonly watched: boolean;
      readonly note: RevertNote | undefined;
      readonly said: string;
    }
  | { readonly kind: 'failed'; readonly error: UnbusyError };

/** The host right after the restart. */
export interface AfterRestart {
  readonly outageSeconds: number;
  readonly pid: number;
  readonly start: string;
  /** Mount namespaces of the daemon and of PID 1; 0: not readable. */
  readonly namespace: number;
  readonly hostNamespace: number;
  /** What ran right before, and what runs now. */
  readonly before: readonly RunningContainer[];
  readonly containers: readonly RunningContainer[];
}

/** Restarts the unit once, under watch of the host. A lost link is `failed` with E_PROGRAM_LOST: the host takes it back then. */
export async function guardedRestart(session: Session, restart: GuardedRestart): Promise<RestartAnswer> {
  const token = randomBytes(8).toString('hex');
  const { unit, pid, start, withinSeconds, window, keys, running, comeBack } = restart;
  const ids = [...new Set([...(running ?? []), ...comeBack])].map((id) => (comeBack.includes(id) ? `+${id}` : id));
  const scope = running === undefined ? 'any' : 'known';
  const head = [unit, String(pid), start, String(withinSeconds), token, window ?? '-', REVERT_TEXT, scope];
  const call = {
    program: PROGRAM,
    args: [...head, ...keys, '--', ...ids],
    // To the restart's own limit comes what the host needs to put it back, and what we need to hear of it.
    deadlineMs: (withinSeconds + 300) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.stale, EXIT.denied, EXIT.toolMissing, EXIT_FAILED]);
  if (!answer.ok) return { kind: 'failed', error: answer.error };
  const field = (kind: string) => words(first(answer.records, kind)?.[0] ?? '');
  switch (answer.code) {
    case EXIT.done:
      return { kind: 'up', token, after: readAfter(answer.records) };
    case EXIT.stale:
      return { kind: 'stale', found: field('found') };
    case EXIT.denied:
      return { kind: 'denied', why: `${field('said')}; nothing was restarted` };
    case EXIT.toolMissing:
      return { kind: 'denied', why: 'systemctl or the docker client is missing; nothing was restarted' };
    default:
      return readDown(answer.records, field('said'));
  }
}

/** Several lines of a log on one. */
function words(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, ' / ')).slice(-600);
}

function first(records: readonly ProgramRecord[], kind: string): readonly string[] | undefined {
  return records.find((record) => record.kind === kind)?.fields;
}

function readAfter(records: readonly ProgramRecord[]): AfterRestart {
  const [pid = '0', start = '0', namespace = '', host = ''] = first(records, 'daemon') ?? [];
  return {
    outageSeconds: Number(first(records, 'outage')?.[0] ?? '0') / 100,
    pid: Number(pid),
    start,
    namespace: Number(namespace || '0'),
    hostNamespace: Number(host || '0'),
    before: readBefore(records, first(records, 'before')?.[0] ?? ''),
    containers: readRunning(records),
  };
}

function readDown(records: readonly ProgramRecord[], said: string): RestartAnswer {
  const reverted = first(records, 'reverted')?.[0];
  const reason = (reverted ?? first(records, 'broken')?.[0] ?? 'failed') as RevertReason;
  return { kind: 'down', reason, watched: reverted !== undefined, note: readNotes(records)[0], said };
}
