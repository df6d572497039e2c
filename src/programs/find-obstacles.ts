import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-obstacles.sh';
import { runProgram } from './run-program.ts';

/** A task that still belongs to a dead container's cgroup. */
export interface LeftTask {
  readonly pid: number;
  /** Letter of its stat; D is a task that no signal ends. */
  readonly state: string;
  readonly command: string;
  /** Kernel function that it waits in (wchan), if the kernel tells. */
  readonly waitsIn: string;
}

/** What may stop a removal although no mount holds the container. */
export interface Obstacles {
  readonly tasks: readonly LeftTask[];
  /** Files that are immutable or append-only (chattr(1)), at most five of each directory. */
  readonly immutable: readonly string[];
  /** Directories of the container that are not there. */
  readonly missing: readonly string[];
  /** Looks that were cut short or for which there is no tool. */
  readonly partial: readonly string[];
}

/** The obstacles of one container, or why nothing may be said. */
export type ObstacleSearch =
  | { readonly kind: 'known'; readonly obstacles: Obstacles }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('find-obstacles', text);

const LOOK_SECONDS = 5;

/** Looks for processes of the container, immutable files below its directories, and directories that are missing. */
export async function findObstacles(
  session: Session,
  containerId: string,
  directories: readonly string[],
): Promise<ObstacleSearch> {
  const deadlineMs = (LOOK_SECONDS * (1 + 2 * directories.length) + 15) * 1000;
  const call = { program: PROGRAM, args: [String(LOOK_SECONDS), containerId, ...directories], deadlineMs };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const of = (kind: string) => answer.records.filter((record) => record.kind === kind).map((record) => record.fields);
  return {
    kind: 'known',
    obstacles: {
      tasks: of('task').map(([pid, state = '', command = '', waitsIn = '']) => ({
        pid: Number(pid),
        state,
        command,
        waitsIn: waitsIn === '0' ? '' : waitsIn,
      })),
      immutable: of('immutable').map(([path = '']) => path),
      missing: of('missing').map(([path = '']) => path),
      partial: [...of('partial'), ...of('no-tool')].map(([look = '']) => look),
    },
  };
}
