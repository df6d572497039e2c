import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import { withDigest } from './digest.ts';
import { firstRecord } from './docker-records.ts';
import text from './docker-unit-files.sh';
import { EXIT } from './exit-numbers.ts';
import { withReadOnly } from './read-only.ts';
import { runProgram } from './run-program.ts';
import { SYSTEMD_EXITS, systemdSilent } from './systemd.ts';

const PROGRAM = boundedProgram('docker-unit-files', withDigest(withReadOnly(text)));

const ANSWER_SECONDS = 20;

/** Largest unit file that is read, in bytes. */
const MAX_UNIT_BYTES = 65_536;

/** A file that docker.service is made of. */
export interface UnitFile {
  readonly path: string;
  /** What the path leads to; the path itself if it is no symbolic link. */
  readonly target: string;
  /** "MODE UID GID INODE DEVICE" of the target as stat-path gives it; empty for /dev/null. */
  readonly witness: string;
  readonly sha256: string;
  readonly text: string;
  /** False: a drop-in that lies there, and that systemd has not read yet. */
  readonly loaded: boolean;
}

/** The files of docker.service, in the order in which systemd applies them. */
export interface DockerUnitFiles {
  readonly files: readonly UnitFile[];
  /** Read by systemd, and no longer there. */
  readonly gone: readonly string[];
  readonly unread: readonly { readonly path: string; readonly why: string }[];
  /** True if /etc/systemd/system/docker.service.d is there. */
  readonly directory: boolean;
  readonly writable: boolean;
}

/** The files, or why nothing is known of them; `no-systemd` is not for want of looking. */
export type UnitFilesLook =
  | { readonly kind: 'known'; readonly files: DockerUnitFiles }
  | { readonly kind: 'no-systemd' }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Reads the unit file of docker.service and its drop-ins, those included that wait for a daemon-reload. */
export async function readDockerUnitFiles(session: Session): Promise<UnitFilesLook> {
  const args = [String(ANSWER_SECONDS), String(MAX_UNIT_BYTES)];
  const call = { program: PROGRAM, args, deadlineMs: (ANSWER_SECONDS + 15) * 1000 };
  const answer = await runProgram(session, call, SYSTEMD_EXITS);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const what = 'the unit files of docker.service';
  if (answer.code === EXIT.done) return { kind: 'known', files: readFiles(answer.records) };
  if (firstRecord(answer.records, 'manager') !== undefined) return { kind: 'no-systemd' };
  if (answer.code === EXIT.timedOut) return { kind: 'unknown', error: systemdSilent(session, what) };
  if (answer.code === EXIT.toolMissing) return { kind: 'unknown', error: digestMissing(session.host) };
  const error = new UnbusyError('E_UNKNOWN', `${what} are not known: systemctl show failed`, {
    host: session.host,
    hint: 'Run `systemctl show docker.service` on the host by hand.',
  });
  return { kind: 'unknown', error };
}

function readFiles(records: readonly ProgramRecord[]): DockerUnitFiles {
  const all = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  return {
    files: all('file').map(([state, path = '', target = '', witness = '', sha256 = '', content = '']) => ({
      ...{ path, target, witness, sha256, text: content },
      loaded: state === 'loaded',
    })),
    gone: all('gone').map(([path = '']) => path),
    unread: all('unread').map(([path = '', why = '']) => ({ path, why })),
    directory: firstRecord(records, 'directory')?.[0] === 'yes',
    writable: firstRecord(records, 'etc')?.[0] === 'writable',
  };
}

function digestMissing(host: string): UnbusyError {
  const why = `nothing on ${host} makes a sha256, so the unit files of docker.service cannot be compared later`;
  return new UnbusyError('E_PREFLIGHT_TOOL', why, {
    host,
    hint: 'Install coreutils, busybox or openssl on the host.',
  });
}
