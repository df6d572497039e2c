import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { Gap } from '../core/results.ts';
import type { LogFacts, LogLine } from '../diagnosis/journal-facts.ts';
import { searchForm } from '../diagnosis/journal-signs.ts';
import { boundedProgram } from './bounded.ts';
import { firstRecord } from './docker-records.ts';
import { EXIT } from './exit-numbers.ts';
import text from './log-signs.sh';
import { runProgram } from './run-program.ts';

/** What a host's log says, with what could not be read of it. */
export type LogLook =
  | { readonly kind: 'known'; readonly facts: LogFacts; readonly gaps: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('log-signs', text);

/** For each of at most eight readings. */
const READING_SECONDS = 10;
const READINGS = 8;

/** Entries of the journal that are looked at, and lines that are taken: a busy node writes thousands an hour. */
const ENTRIES = 200_000;
const LINES = 1000;

const DAY_MS = 86_400_000;

/** Reads the lines that may be signs, back to `windowMs` before now. Unknown only if the program gave no answer; a log that cannot be read is a gap. */
export async function observeLogSigns(session: Session, windowMs: number = DAY_MS): Promise<LogLook> {
  const back = String(Math.max(60, Math.ceil(windowMs / 1000)));
  const args = [String(READING_SECONDS), back, String(ENTRIES), String(LINES), searchForm()];
  const call = { program: PROGRAM, args, deadlineMs: (READINGS * READING_SECONDS + 15) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const [epoch = '0', uptime = '0'] = firstRecord(answer.records, 'clock') ?? [];
  const nowMs = Number(epoch) * 1000;
  const bootMs = nowMs - Number(uptime) * 1000;
  const [journal = 'late', seconds = '0'] = firstRecord(answer.records, 'journal') ?? [];
  const [kernel = 'late'] = firstRecord(answer.records, 'kernel') ?? [];
  const lines = answer.records.flatMap(({ kind, fields: [origin, line = ''] }) => {
    const read = kind !== 'line' ? undefined : origin === 'dmesg' ? kernelLine(line, bootMs) : journalLine(line);
    return read === undefined ? [] : [read];
  });
  const windowRead = Number(seconds) * 1000;
  const oldest = nowMs - windowMs;
  return {
    kind: 'known',
    facts: {
      nowMs,
      windowMs: windowRead === 0 ? windowMs : windowRead,
      lines: lines.filter((line) => line.atMs === undefined || line.atMs >= oldest),
      cut: answer.records.some(({ kind }) => kind === 'cut' || kind === 'short'),
    },
    gaps: [
      ...journalGaps(journal, windowRead, windowMs),
      ...(answer.records.some(({ kind }) => kind === 'short') ? [SHORT] : []),
      ...kernelGaps(kernel),
    ],
  };
}

const JOURNAL_WORDS: Readonly<Record<string, string>> = {
  missing: 'there is no journalctl on the host',
  empty: 'it has no entries, or none that we may read',
  late: `it was not read within ${READING_SECONDS} s`,
  failed: 'journalctl ended with an error, so that entries may be missing',
};

const SHORT: Gap = {
  what: 'the journal',
  why: `it has more than ${ENTRIES} entries of these programs in that time, of which only the newest were looked at`,
};

const KERNEL_WORDS: Readonly<Record<string, string>> = {
  missing: 'there is no dmesg on the host, and the journal has no messages of the kernel',
  denied: 'dmesg may not read it, and the journal has no messages of the kernel',
  late: `it was not read within ${READING_SECONDS} s`,
};

function journalGaps(state: string, windowRead: number, windowMs: number): readonly Gap[] {
  const why = JOURNAL_WORDS[state];
  if (why !== undefined) return [{ what: 'the journal', why }];
  if (windowRead >= windowMs) return [];
  return [{ what: 'the journal', why: `it is too large to be read in ${READING_SECONDS} s; only its last hour was` }];
}

function kernelGaps(state: string): readonly Gap[] {
  const why = KERNEL_WORDS[state];
  return why === undefined ? [] : [{ what: "the kernel's log", why }];
}

/** "1700000000.123456 host dockerd[12]: text", or with an ISO 8601 time; a further line of an entry begins with blanks, and is none. */
function journalLine(line: string): LogLine | undefined {
  const match = /^(\S+) \S+ ([^\s[:]+)(?:\[\d+\])?: (.*)$/.exec(line);
  if (match === null) return undefined;
  const [, time = '', from = '', text = ''] = match;
  const atMs = /^\d+\.\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isFinite(atMs) ? { atMs, from, text } : undefined;
}

/** "[24187.406701] text", from Linux 5.10 on with the caller in another bracket. */
function kernelLine(line: string, bootMs: number): LogLine {
  const match = /^\[\s*(\d+\.\d+)\](?:\[\s*[TC]\d+\])?\s?(.*)$/.exec(line);
  if (match === null) return { from: 'kernel', text: line };
  return { from: 'kernel', text: match[2] ?? '', atMs: bootMs + Number(match[1]) * 1000 };
}
