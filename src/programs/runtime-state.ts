import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { RuntimeAnswer, RuntimeFacts } from '../mounts/runtime-standing.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { processesProgram } from './runtime-processes.ts';
import text from './runtime-state.sh';

/** What to ask the runtimes beside Docker. Nothing is asked of a runtime that is not named. */
export interface RuntimeQuestion {
  readonly ask: readonly ('containerd' | 'storage')[];
  /** Containers and sandboxes whose processes matter. */
  readonly ids: readonly string[];
  /** Pods whose processes and containers matter. */
  readonly pods: readonly string[];
  /** Directories of layers. */
  readonly directories: readonly string[];
  /** Network namespaces, by inode. */
  readonly networks: readonly string[];
  /** For each question to a runtime; rounded up to whole seconds. */
  readonly deadlineMs: number;
  /** Between the two looks at the processes, so that what is just being made is seen in the second. */
  readonly pauseMs: number;
}

/** What the runtimes said, or why nothing may be relied on. A runtime that did not answer is told in `facts.answers`. */
export type RuntimeLook =
  | { readonly kind: 'known'; readonly facts: RuntimeFacts }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = processesProgram('runtime-state', text);

/** Questions that one look puts at most, for its deadline: more namespaces of containerd than that are rare. */
const QUESTIONS = 12;

/** Words that the program can pass on as they are; every id, uid and directory that a runtime makes is one. */
const PLAIN = /^[A-Za-z0-9_.:/-]+$/;

/** Asks containerd, podman and CRI-O, and looks at the processes twice. */
export async function readRuntimeState(session: Session, question: RuntimeQuestion): Promise<RuntimeLook> {
  const seconds = Math.max(1, Math.ceil(question.deadlineMs / 1000));
  const pause = Math.ceil(question.pauseMs / 1000);
  const words = [
    ...question.ask.map((name) => `ask=${name}`),
    ...question.ids.map((id) => `id=${id}`),
    ...question.pods.map((uid) => `pod=${uid}`),
    ...question.directories.map((directory) => `dir=${directory}`),
    ...question.networks.map((inode) => `netns=${inode}`),
  ];
  const odd = words.find((word) => !PLAIN.test(word.slice(word.indexOf('=') + 1)));
  if (odd !== undefined) return unknown(session, `"${odd}" is no name that a container runtime gives`);
  const args = [String(seconds), String(pause), ...words];
  const call = { program: PROGRAM, args, deadlineMs: (QUESTIONS * seconds + pause + 30) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const cut = answer.records.find(({ kind, fields }) => kind === 'partial' && !fields[0]?.startsWith('/'));
  if (cut !== undefined) return unknown(session, `the ${cut.fields[0]} of containers could not be looked at in time`);
  return { kind: 'known', facts: factsOf(answer.records) };
}

/** Nobody was asked, as nothing depended on it. */
export const NO_FACTS: RuntimeFacts = {
  daemons: [],
  answers: [],
  known: [],
  pods: [],
  tasks: [],
  stores: [],
  layers: [],
  directories: new Set(),
  networks: new Set(),
};

/** A question about nothing, so that nothing is asked. */
export function isIdle({
  ask,
  ids,
  pods,
  directories,
  networks,
}: Omit<RuntimeQuestion, 'deadlineMs' | 'pauseMs'>): boolean {
  return [ask, ids, pods, directories, networks].every((list) => list.length === 0);
}

function unknown(session: Session, why: string): RuntimeLook {
  return { kind: 'unknown', error: new UnbusyError('E_UNKNOWN', why, { host: session.host }) };
}

function factsOf(records: readonly ProgramRecord[]): RuntimeFacts {
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  return {
    daemons: of('daemon').map(([name = '', pid, state = '', root = '', socket = '']) => ({
      name: name as RuntimeFacts['daemons'][number]['name'],
      ...{ pid: Number(pid), state, root, socket },
    })),
    answers: of('answer').map(([runtime, socket = '', answer]) => ({
      runtime: runtime as RuntimeAnswer['runtime'],
      socket,
      answer: answer as RuntimeAnswer['answer'],
    })),
    known: of('known').map(([runtime, socket = '', namespace = '', id = '', state, name = '']) => ({
      runtime: runtime as RuntimeAnswer['runtime'],
      ...{ socket, namespace, id, name },
      state: state === 'ended' ? 'ended' : 'living',
    })),
    pods: of('pod').map(([uid = '', id = '']) => ({ uid, id })),
    tasks: of('task').map(([token = '', pid, command = '']) => ({ token, pid: Number(pid), command })),
    stores: of('store').map(([directory = '']) => directory),
    layers: of('container').map(([layer = '', id = '', name = '']) => ({ layer, id, name })),
    directories: new Set(of('dir').map(([directory = '']) => directory)),
    networks: new Set(of('netns').map(([inode]) => Number(inode))),
  };
}
