import type { Program, Session } from '../connection/session.ts';
import { dockerProgram } from './docker-client.ts';
import { type DaemonAnswer, type DockerAnswer, firstRecord, readDockerRecords } from './docker-records.ts';
import text from './docker-state.sh';
import { readDockerStateFromDisk } from './docker-state-disk.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** What to ask the daemon. */
export interface DockerQuestion {
  /** For each call of the docker client; rounded up to whole seconds. */
  readonly deadlineMs: number;
  /**
   * dead: those that are dead, being removed or asked for, and then those that run as well, and only then the engine's version,
   * driver and data root; engine: the same, with the engine in any case; all: every container.
   */
  readonly want: 'dead' | 'engine' | 'all';
  /** Names, or ids of 12 digits or more, to look into whatever their state. */
  readonly asked: readonly string[];
  /** A daemon that was late a moment ago is not asked again: its files are read at once. */
  readonly late?: LateDaemon | undefined;
}

/** A daemon that was asked, and did not answer in time. */
export interface LateDaemon {
  /** Undefined if no process of it was found. */
  readonly pid: number | undefined;
  /** What was not answered, and in which time. */
  readonly why: string;
}

/** The client of the docker daemon is called at most this many times for one question. */
const CALLS = 7;

/** Asks the Docker daemon what it knows; a compiled hook runs it too. */
export const DOCKER_STATE: Program = dockerProgram('docker-state', text);

/** Asks the daemon; if it does not answer within the deadline, reads its state on disk, and says so in `silent`. */
export async function readDockerState(session: Session, question: DockerQuestion): Promise<DockerAnswer> {
  const seconds = Math.max(1, Math.ceil(question.deadlineMs / 1000));
  const { late } = question;
  if (late !== undefined) {
    const { pid, why: silent } = late;
    return readDockerStateFromDisk(session, {
      pid: pid === undefined ? '' : String(pid),
      seconds,
      daemon: 'late',
      silent,
    });
  }
  const args = [String(seconds), question.want, ...question.asked];
  const deadlineMs = (CALLS * seconds + 15) * 1000;
  const answer = await runProgram(session, { program: DOCKER_STATE, args, deadlineMs }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const [state = 'refused', why = ''] = (firstRecord(answer.records, 'daemon') ?? []) as [DaemonAnswer?, string?];
  if (state === 'answered') return { kind: 'known', look: readDockerRecords(answer.records, state, undefined) };
  if (state === 'none') return { kind: 'none', why };
  const pid = firstRecord(answer.records, 'process')?.[0] ?? '';
  return readDockerStateFromDisk(session, { pid, seconds, daemon: state, silent: why });
}
