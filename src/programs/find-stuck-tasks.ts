import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-stuck-tasks.sh';
import { runProgram } from './run-program.ts';

/** A task that was in state D twice, a second apart. */
export interface StuckTask {
  readonly tid: number;
  readonly pid: number;
  readonly command: string;
  /** Kernel function that it waits in (wchan), if the kernel tells. */
  readonly waitsIn: string;
  /** Last 64-hex token of its cgroup path, if any. */
  readonly containerId?: string;
}

/** The stuck tasks of a host, or why nothing may be said. */
export type StuckSearch =
  | { readonly kind: 'known'; readonly tasks: readonly StuckTask[]; readonly partial: boolean }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('find-stuck-tasks', text);

const LOOK_SECONDS = 5;

/** Looks for tasks that no signal ends. On a host without one it is a single reading of /proc. */
export async function findStuckTasks(session: Session): Promise<StuckSearch> {
  const answer = await runProgram(session, { program: PROGRAM, args: [String(LOOK_SECONDS)] }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const tasks = answer.records
    .filter((record) => record.kind === 'task')
    .map(({ fields: [tid, pid, command = '', waitsIn = '', cgroup = ''] }) => {
      const containerId = cgroup.match(/[0-9a-f]{64}/g)?.at(-1);
      const base = { tid: Number(tid), pid: Number(pid), command, waitsIn: waitsIn === '0' ? '' : waitsIn };
      return containerId === undefined ? base : { ...base, containerId };
    });
  return { kind: 'known', tasks, partial: answer.records.some((record) => record.kind === 'partial') };
}
