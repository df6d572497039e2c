import type { ProgramRecord, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { ApiAnswer } from '../diagnosis/daemon-facts.ts';
import { boundedProgram } from './bounded.ts';
import text from './docker-api.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { type Exchanged, exchange } from './socket-exchange.ts';

const PROGRAM = boundedProgram('docker-api', text);

/** Where a program cannot be kept to its time, it is ended by the session after so much more. */
const GRACE_MS = 20_000;

/** What to GET from the API behind a socket, in order. */
export interface ApiQuestion {
  readonly socket: string;
  readonly paths: readonly string[];
  /** For each path; a program rounds it up to whole seconds. */
  readonly deadlineMs: number;
  /** What is longer is cut. */
  readonly mostBytes: number;
}

/** The answers in the order of the paths; after one that did not come there are no more. */
export type ApiLook =
  | { readonly kind: 'known'; readonly way: string; readonly answers: readonly ApiAnswer[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Asks over SSH's own forwarding of sockets where the server lets us; else, and to learn why not, with a tool of the host. */
export async function askDockerApi(session: Session, question: ApiQuestion): Promise<ApiLook> {
  const forwarded = await askForwarded(session, question);
  return forwarded ?? askByProgram(session, question);
}

async function askForwarded(session: Session, question: ApiQuestion): Promise<ApiLook | undefined> {
  if (session.dialSocket === undefined) return undefined;
  const answers: ApiAnswer[] = [];
  for (const path of question.paths) {
    const dialled = await session.dialSocket(question.socket, question.deadlineMs);
    if (!dialled.ok) return undefined;
    const request = `GET ${path} HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n`;
    const answer = forwardedAnswer(await exchange(dialled.stream, request, question));
    answers.push(answer);
    if (answer.kind !== 'answered') break;
  }
  return { kind: 'known', way: session.transport === 'local' ? 'socket' : 'streamlocal', answers };
}

function forwardedAnswer(exchanged: Exchanged): ApiAnswer {
  if (exchanged.kind === 'late') return { kind: 'silent', afterMs: exchanged.afterMs };
  return readHttp(exchanged.bytes.toString(), exchanged.ms, exchanged.cut);
}

async function askByProgram(session: Session, question: ApiQuestion): Promise<ApiLook> {
  const seconds = wholeSeconds(question);
  const args = [String(seconds), String(question.mostBytes), question.socket, ...question.paths];
  const deadlineMs = question.paths.length * (seconds + 2) * 1000 + GRACE_MS;
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  return readApiRecords(answer.records, question);
}

/** The tools know no less. */
function wholeSeconds({ deadlineMs }: ApiQuestion): number {
  return Math.max(1, Math.ceil(deadlineMs / 1000));
}

/** What the records of docker-api.sh say. */
export function readApiRecords(records: readonly ProgramRecord[], question: ApiQuestion): ApiLook {
  const { mostBytes } = question;
  const waitedMs = wholeSeconds(question) * 1000;
  const answers: ApiAnswer[] = [];
  let lines: string[] = [];
  for (const { kind, fields } of records) {
    if (kind === 'line') lines.push(fields[0] ?? '');
    if (kind !== 'answer') continue;
    const [, state = '', ms = '0', bytes = '0'] = fields;
    answers.push(programAnswer(state, lines.join('\n'), Number(ms), { cut: Number(bytes) >= mostBytes, waitedMs }));
    lines = [];
    if (answers.at(-1)?.kind !== 'answered') break;
  }
  return { kind: 'known', way: records.find(({ kind }) => kind === 'way')?.fields[0] ?? '', answers };
}

function programAnswer(
  state: string,
  said: string,
  ms: number,
  { cut, waitedMs }: { readonly cut: boolean; readonly waitedMs: number },
): ApiAnswer {
  switch (state) {
    case 'answered':
      return readHttp(said, ms, cut);
    case 'silent':
      return { kind: 'silent', afterMs: waitedMs };
    case 'refused':
    case 'absent':
    case 'denied':
      return { kind: state };
    case 'no-tool':
      return {
        kind: 'not-asked',
        why: 'SSH does not forward the socket to this user, and the host has neither curl, perl, python3 nor an nc with -U',
      };
    default:
      return { kind: 'garbled', why: 'it closed the connection without an answer' };
  }
}

/** Reads an answer of HTTP/1; the body is what follows the first empty line. */
export function readHttp(said: string, ms: number, cut: boolean): ApiAnswer {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(said)?.[1];
  if (status === undefined) {
    return {
      kind: 'garbled',
      why: said === '' ? 'it closed the connection without an answer' : 'what it said is no HTTP',
    };
  }
  const gap = /\r?\n\r?\n/.exec(said);
  const body = gap === null ? '' : said.slice(gap.index + gap[0].length);
  return { kind: 'answered', status: Number(status), ms: Math.round(ms), body, cut };
}
