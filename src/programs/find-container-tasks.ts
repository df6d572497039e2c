import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-container-tasks.sh';
import { runProgram } from './run-program.ts';

/** A task that still belongs to a container's cgroup. */
export interface LeftTask {
  readonly containerId: string;
  readonly tid: number;
  /** Letter of its stat; D is a task that no signal ends. */
  readonly state: string;
  readonly command: string;
  /** Kernel function that it waits in (wchan), if the kernel tells. */
  readonly waitsIn: string;
}

/** All tasks of those containers, or nothing that may be relied on. */
export type TaskSearch =
  | { readonly kind: 'known'; readonly tasks: readonly LeftTask[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Looks for tasks of containers; a compiled hook runs it too. */
export const FIND_CONTAINER_TASKS: Program = boundedProgram('find-container-tasks', text);

const LOOK_SECONDS = 10;

/** Which tasks of these containers live. A look that was cut short is unknown: the task that matters may be in the rest. */
export async function findContainerTasks(session: Session, ids: readonly string[]): Promise<TaskSearch> {
  if (ids.length === 0) return { kind: 'known', tasks: [] };
  const call = {
    program: FIND_CONTAINER_TASKS,
    args: [String(LOOK_SECONDS), ...ids],
    deadlineMs: (LOOK_SECONDS + 15) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.records.some((record) => record.kind === 'partial')) {
    const error = new UnbusyError(
      'E_UNKNOWN',
      `the processes of the dead containers could not be looked for within ${LOOK_SECONDS} s`,
      {
        host: session.host,
      },
    );
    return { kind: 'unknown', error };
  }
  const tasks = answer.records.map(({ fields: [containerId = '', tid, state = '', command = '', waitsIn = ''] }) => ({
    containerId,
    tid: Number(tid),
    state,
    command,
    waitsIn: waitsIn === '0' ? '' : waitsIn,
  }));
  return { kind: 'known', tasks };
}
