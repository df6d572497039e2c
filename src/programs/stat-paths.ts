import type { Program, ProgramRecord, Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { type PathLook, type PathQuestion, readInode, statPath } from './stat-path.ts';
import text from './stat-paths.sh';

const STAT_PATHS: Program = { name: 'stat-paths', text };

/** A name that sha256sum prints as it is. */
const PLAIN = /^[^\n\\]*$/;

/** Questions of one turn of the event loop, which are asked together. */
interface Round {
  readonly questions: PathQuestion[];
  readonly looks: Promise<readonly PathLook[]>;
}

/** What is about to be asked of each host. Whoever asks in the same turn joins in, whichever module it is: a process on the host less. */
const rounds = new WeakMap<Session, Round>();

/** Looks at several paths; the answers stand in the order of the questions. */
export async function statPaths(session: Session, questions: readonly PathQuestion[]): Promise<readonly PathLook[]> {
  const round = rounds.get(session) ?? openRound(session);
  const from = round.questions.length;
  round.questions.push(...questions);
  return (await round.looks).slice(from, from + questions.length);
}

function openRound(session: Session): Round {
  const questions: PathQuestion[] = [];
  const looks = Promise.resolve().then(() => {
    rounds.delete(session);
    return lookAt(session, questions);
  });
  const round = { questions, looks };
  rounds.set(session, round);
  return round;
}

/** One call where that gives the same as one call each; asks `statPath` about the rest, and about everything if the host moved meanwhile. */
async function lookAt(session: Session, questions: readonly PathQuestion[]): Promise<readonly PathLook[]> {
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
  questions: readonly PathQuestion[],
): Promise<readonly (PathLook | undefined)[] | undefined> {
  const args = questions.flatMap(({ hash, path }) => [hash ? '1' : '0', path]);
  const call = { program: STAT_PATHS, args: [questions[0]?.follow ? '1' : '0', ...args] };
  const answer = await runProgram(session, call, [EXIT.done]);
  return answer.ok ? readTogether(answer.records, questions.length) : undefined;
}

function readTogether(records: readonly ProgramRecord[], count: number): readonly (PathLook | undefined)[] | undefined {
  const classes = records.slice(-count).map(({ kind }) => kind);
  const hashes = classes.filter((each) => each === 'hash').length;
  const sums = records.slice(0, hashes).map(({ kind }) => /^[0-9a-f]{64}(?=[ *])/.exec(kind)?.[0]);
  const inodes = records.slice(hashes, -count).map(({ fields }) => readInode(fields));
  if (sums.includes(undefined) || inodes.includes(undefined)) return undefined;
  const nextSum = sums.values();
  const nextInode = inodes.values();
  return classes.map((kind): PathLook | undefined => {
    if (kind === 'absent') return { ok: true, found: { type: 'absent' } };
    const sha256 = kind === 'hash' ? nextSum.next().value : undefined;
    const inode = kind === 'hash' || kind === 'look' ? nextInode.next().value : undefined;
    if (inode === undefined) return undefined;
    return { ok: true, found: sha256 === undefined ? inode : { ...inode, sha256 } };
  });
}
