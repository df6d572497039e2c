import { encodeText } from '../connection/bytes.ts';
import type { Program, ProgramRecord, Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { type PathLook, type PathQuestion, readInode, statPath } from './stat-path.ts';
import text from './stat-paths.sh';
import { sha256 } from './write-file.ts';

const STAT_PATHS: Program = { name: 'stat-paths', text };

/** A name that sha256sum prints as it is. */
const PLAIN = /^[^\n\\]*$/;

/** Text that every shell reads as it is. */
const SHELL_TEXT = /^[\t\n\x20-\x7e]*$/;

/** Characters that the host's shell compares itself in one call. It reads byte by byte, so that more would cost it more than a sha256sum. */
const MOST_COMPARED = 1024;

/** A question of several. `expected`: what the file should hold, if its sha256 is asked for; a short text is compared on the host. */
export interface PathsQuestion extends PathQuestion {
  readonly expected?: string | undefined;
}

/** Questions of one turn of the event loop, which are asked together. */
interface Round {
  readonly questions: PathsQuestion[];
  readonly looks: Promise<readonly PathLook[]>;
}

/** What is about to be asked of each host. Whoever asks in the same turn joins in, whichever module it is: a process on the host less. */
const rounds = new WeakMap<Session, Round>();

/** Looks at several paths; the answers stand in the order of the questions. */
export async function statPaths(session: Session, questions: readonly PathsQuestion[]): Promise<readonly PathLook[]> {
  const round = rounds.get(session) ?? openRound(session);
  const from = round.questions.length;
  round.questions.push(...questions);
  return (await round.looks).slice(from, from + questions.length);
}

function openRound(session: Session): Round {
  const questions: PathsQuestion[] = [];
  const looks = Promise.resolve().then(() => {
    rounds.delete(session);
    return lookAt(session, questions);
  });
  const round = { questions, looks };
  rounds.set(session, round);
  return round;
}

/** One call where that gives the same as one call each; asks `statPath` about the rest, and about everything if the host moved meanwhile. */
async function lookAt(session: Session, questions: readonly PathsQuestion[]): Promise<readonly PathLook[]> {
  const together = questions.filter((each) => fits(each, questions[0]));
  const found = together.length < 2 ? undefined : await lookTogether(session, together);
  const answers = new Map(together.map((question, index) => [question, found?.[index]]));
  return Promise.all(questions.map((question) => answers.get(question) ?? statPath(session, question)));
}

function fits(question: PathQuestion, first: PathQuestion | undefined): boolean {
  return question.follow === first?.follow && !question.names && PLAIN.test(question.path);
}

/** What was found for each question, undefined for the odd ones; nothing at all if the answer is not whole. */
async function lookTogether(
  session: Session,
  questions: readonly PathsQuestion[],
): Promise<readonly (PathLook | undefined)[] | undefined> {
  const texts = comparedTexts(questions);
  const args = questions.flatMap(({ hash, path }, index) => [whatOf(hash, texts[index]), path]);
  const call = { program: STAT_PATHS, args: [questions[0]?.follow ? '1' : '0', ...args] };
  const answer = await runProgram(session, call, [EXIT.done]);
  return answer.ok ? readTogether(answer.records, texts) : undefined;
}

/** What stat-paths.sh is asked of the content of a file. */
function whatOf(hash: boolean, text: string | undefined): string {
  if (text !== undefined) return `=${text}`;
  return hash ? '1' : '0';
}

/** The text that each file is compared with; undefined where its sha256 alone is asked for, or nothing. */
function comparedTexts(questions: readonly PathsQuestion[]): readonly (string | undefined)[] {
  const texts = questions.map(({ hash, expected }) => (hash ? expected : undefined));
  const length = texts.reduce((sum, each) => sum + (each?.length ?? 0), 0);
  // A file that needs sha256sum pays for it, and for the others as well. Length first: a long text is not read through for each host.
  const comparable =
    length <= MOST_COMPARED && questions.every(({ hash }, index) => !hash || isShellText(texts[index]));
  return comparable ? texts : questions.map(() => undefined);
}

const isShellText = (text: string | undefined) => text !== undefined && SHELL_TEXT.test(text);

/** `texts`: for each question what its file was compared with. */
function readTogether(
  records: readonly ProgramRecord[],
  texts: readonly (string | undefined)[],
): readonly (PathLook | undefined)[] | undefined {
  const count = texts.length;
  const classes = records.slice(-count).map(({ kind }) => kind);
  const hashes = classes.filter((each) => each === 'hash').length;
  const sums = records.slice(0, hashes).map(({ kind }) => /^[0-9a-f]{64}(?=[ *])/.exec(kind)?.[0]);
  const inodes = records.slice(hashes, -count).map(({ fields }) => readInode(fields));
  if (sums.includes(undefined) || inodes.includes(undefined)) return undefined;
  const nextSum = sums.values();
  const nextInode = inodes.values();
  return classes.map((kind, index): PathLook | undefined => {
    if (kind === 'absent') return { ok: true, found: { type: 'absent' } };
    const inode = kind === 'hash' || kind === 'same' || kind === 'look' ? nextInode.next().value : undefined;
    if (inode === undefined) return undefined;
    const sum = kind === 'hash' ? nextSum.next().value : kind === 'same' ? sumOf(texts[index]) : undefined;
    return { ok: true, found: sum === undefined ? inode : { ...inode, sha256: sum } };
  });
}

const sumOf = (text: string | undefined) => (text === undefined ? undefined : sha256(encodeText(text)));
