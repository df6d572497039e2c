import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep, type StepAnswer } from './host-step.ts';
import { namedContainerProgram } from './named-container.ts';
import text from './replace-container.sh';

const PROGRAM = namedContainerProgram('replace-container', text);

/** A container to make, and the one in whose place it comes. */
export interface Replacement {
  readonly name: string;
  /** Full id of the container that has the name now; empty: none has. */
  readonly expected: string;
  readonly image: string;
  readonly pull: boolean;
  /** Each of one line. */
  readonly env: Readonly<Record<string, string>>;
  /** What follows `docker create --name NAME --env-file FILE`: options, image, arguments. */
  readonly create: readonly string[];
  readonly deadlineMs: number;
  readonly pullMs: number;
  /** How long the new one must have run without an end or a restart. */
  readonly settleMs: number;
  readonly stopMs: number;
}

/** `done`: the new one runs. In every other answer but a late one the old one is there as it was, unless the text says otherwise. */
export function replaceContainer(session: Session, wanted: Replacement): Promise<HostStep> {
  const env = Object.entries(wanted.env).map(([name, value]) => `${name}=${value}`);
  const [limit, pull, settle, stop] = [wanted.deadlineMs, wanted.pullMs, wanted.settleMs, wanted.stopMs].map(seconds);
  const args = [
    ...[limit, pull, settle, stop].map(String),
    wanted.name,
    wanted.expected,
    wanted.image,
    wanted.pull ? 'pull' : 'keep',
    String(env.length),
    ...env,
    ...wanted.create,
  ];
  const total = (25 + (settle ?? 0)) * (limit ?? 1) + (pull ?? 0) + (stop ?? 0) + (settle ?? 0) + 60;
  const what = `the start of container ${wanted.name}`;
  const call = { program: PROGRAM, args, deadlineMs: total * 1000 };
  return runHostStep(session, call, what, (answer) => readAnswer(session.host, wanted, what, answer));
}

function readAnswer(host: string, { name, expected }: Replacement, what: string, answer: StepAnswer): HostStep {
  const { code, records, say } = answer;
  if (code === EXIT.done) {
    const left = records.find((record) => record.kind === 'left');
    if (left === undefined) return { kind: 'done' };
    const note = `the old one is kept as ${left.fields[0]}: docker rm said ${printable(left.fields[1] ?? '')}`;
    return { kind: 'done', note: note.slice(0, 600) };
  }
  if (code === EXIT.denied) return { kind: 'denied', why: `${say('said')}; nothing was changed` };
  const back = say('back');
  const state =
    expected === ''
      ? 'it was removed again'
      : back === 'ok'
        ? `the old ${name} was put back`
        : `the old ${name}: ${back}`;
  const error = new UnbusyError('E_VERIFY', `${what} did not work: ${say('said')}; ${state}`, {
    host,
    ...(expected !== '' && back !== 'ok' ? { hint: `Look at it at once: docker ps -a --filter name=${name}` } : {}),
  });
  return { kind: 'failed', error };
}

/** Whole seconds, 0 at least. */
function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}
