import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { DaemonProcess } from '../diagnosis/daemon-facts.ts';
import { type GoroutineDump, parseGoroutines } from '../diagnosis/goroutine-dump.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './goroutine-file.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = boundedProgram('goroutine-file', text);

const EACH_SECONDS = 5;

/** Whole stacks take some kilobytes each; what is beyond that is cut, and said to be. */
const MOST_BYTES = 4 * 2 ** 20;

/** An older list tells of another time. */
const FRESH_SECONDS = 600;

/** The list that a dockerd wrote last, if it is young, or why nobody could look. */
export type DumpFile =
  | { readonly kind: 'read'; readonly dump: GoroutineDump; readonly path: string; readonly ageSeconds: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Reads what this very process wrote on SIGUSR1 within the last ten minutes, into one of the directories. */
export async function readDumpFile(
  session: Session,
  daemon: DaemonProcess,
  directories: readonly string[] = dumpDirectories(daemon),
): Promise<DumpFile> {
  // Times of files are told in whole seconds.
  const oldest = Math.ceil(Math.min(FRESH_SECONDS, daemon.uptimeSeconds ?? 0)) + 1;
  const args = [String(EACH_SECONDS), String(MOST_BYTES), String(oldest), ...directories];
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs: 30_000 }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const found = answer.records.find(({ kind }) => kind === 'dump');
  if (found === undefined) return { kind: 'none' };
  const [path = '', age = '0', bytes = '0'] = found.fields;
  const lines = answer.records.filter(({ kind }) => kind === 'line').map(({ fields }) => fields[0] ?? '');
  const dump = parseGoroutines(lines.join('\n'), Number(bytes) > MOST_BYTES);
  return dump === undefined ? { kind: 'none' } : { kind: 'read', dump, path, ageSeconds: Number(age) };
}

/** The directory for the state of the run (1.13, 17.03 and later), else the data root, as the arguments of dockerd say. */
export function dumpDirectories(daemon: DaemonProcess): readonly string[] {
  return [argumentOf(daemon, '--exec-root') ?? '/var/run/docker', dataRoot(daemon)];
}

/** Where dockerd has its containers, as its arguments say; its configuration is not read. */
export function dataRoot(daemon: DaemonProcess): string {
  return argumentOf(daemon, '--data-root|--graph|-g') ?? '/var/lib/docker';
}

function argumentOf({ args }: DaemonProcess, names: string): string | undefined {
  return new RegExp(`(?:^|\\s)(?:${names})[ =](/\\S+)`).exec(args)?.[1];
}
