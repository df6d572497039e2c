import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-obstacles.sh';
import { runProgram } from './run-program.ts';

/** What may stop a removal although no mount holds the container. */
export interface Obstacles {
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

/** Looks for what keeps Docker from removing a container; a compiled hook runs it too. */
export const FIND_OBSTACLES: Program = boundedProgram('find-obstacles', text);

const LOOK_SECONDS = 5;

/** Looks for immutable files below these directories, and for those that are missing. */
export async function findObstacles(session: Session, directories: readonly string[]): Promise<ObstacleSearch> {
  const deadlineMs = (2 * LOOK_SECONDS * directories.length + 15) * 1000;
  const call = { program: FIND_OBSTACLES, args: [String(LOOK_SECONDS), ...directories], deadlineMs };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const of = (kind: string) => answer.records.filter((record) => record.kind === kind).map((record) => record.fields);
  return {
    kind: 'known',
    obstacles: {
      immutable: of('immutable').map(([path = '']) => path),
      missing: of('missing').map(([path = '']) => path),
      partial: [...of('partial'), ...of('no-tool')].map(([look = '']) => look),
    },
  };
}
