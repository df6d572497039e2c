import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { type DaemonAnswer, type DockerAnswer, firstRecord, readDockerRecords } from './docker-records.ts';
import text from './docker-state-disk.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

interface DiskQuestion {
  /** Process id of the daemon, or an empty text. */
  readonly pid: string;
  readonly seconds: number;
  /** How the daemon took the question; if none runs, an empty data root means that there is no Docker here. */
  readonly daemon: DaemonAnswer;
  /** Why it did not answer it. */
  readonly silent: string;
}

/** Reads Docker's state from its files; a compiled hook runs it too. */
export const DOCKER_STATE_DISK: Program = boundedProgram('docker-state-disk', text);

/** Reads containers/ID/config.v2.json below the data root. Unknown if that cannot be read in time either. */
export async function readDockerStateFromDisk(session: Session, question: DiskQuestion): Promise<DockerAnswer> {
  const { pid, seconds, silent, daemon } = question;
  const call = { program: DOCKER_STATE_DISK, args: [pid, String(seconds)], deadlineMs: (seconds + 15) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.denied, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code === EXIT.done) {
    const look = readDockerRecords(answer.records, daemon, silent);
    if (daemon === 'stopped' && firstRecord(answer.records, 'listed')?.[0] === '0')
      return { kind: 'none', why: silent };
    return { kind: 'known', look };
  }
  const why = answer.code === EXIT.timedOut ? 'did not answer in time' : 'cannot be read';
  const error = new UnbusyError('E_DAEMON_SILENT', `Docker: ${silent}; and its data root ${why}`, {
    host: session.host,
    hint: 'Look for processes in state D, and for a dead file system below the data root.',
  });
  return { kind: 'unknown', error };
}
