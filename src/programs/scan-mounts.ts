import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import type { MountView } from '../mounts/model.ts';
import { EXIT } from './exit-numbers.ts';
import { MountRecords } from './mount-records.ts';
import { procTasksProgram } from './proc-tasks.ts';
import { readPinned } from './read-pinned.ts';
import { runProgram } from './run-program.ts';
import text from './scan-mounts.sh';

/** What the tables must hold to be of interest; with nothing given, only those of PID 1 and of `pids` are read. */
export interface ScanRequest {
  /** Whole path components: container ids, layer directories. By far the cheapest question. */
  readonly tokens?: readonly string[];
  /** Absolute paths; the full table of every namespace is read. */
  readonly paths?: readonly string[];
  /** Devices as major:minor; the full table of every namespace is read. */
  readonly devices?: readonly string[];
  /** Processes whose namespace is of interest whatever is in it: dockerd, containerd, containers. */
  readonly pids?: readonly number[];
  /** Namespaces in which a *.service of a service manager runs; its own ones too where systemd runs in a container. */
  readonly services?: boolean;
  /** Every table. */
  readonly all?: boolean;
  /** Also namespaces that only an open file keeps (namespaces(7)); slow, as every open file of the host is looked at. */
  readonly openFiles?: boolean;
  readonly deadlineMs?: number;
}

/** The mount namespaces of a host with the tables asked for, or why nothing may be said of them. */
export type MountScan =
  | { readonly kind: 'known'; readonly view: MountView }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Reads every mount namespace; a compiled hook runs it too. */
export const SCAN_MOUNTS: Program = procTasksProgram('scan-mounts', text);

/** Reads the mount namespaces of a host once. What could not be looked at is in `view.unreadable`, never left out. */
export async function scanMounts(session: Session, request: ScanRequest): Promise<MountScan> {
  const deadline = request.deadlineMs === undefined ? {} : { deadlineMs: request.deadlineMs };
  const answer = await runProgram(session, { program: SCAN_MOUNTS, args: argumentsOf(request), ...deadline }, [
    EXIT.done,
    EXIT.denied,
    EXIT.toolMissing,
  ]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code !== EXIT.done) return { kind: 'unknown', error: refusal(session.host, answer.code, answer.stderr) };
  const records = new MountRecords();
  for (const record of answer.records) {
    const problem = records.take(record);
    if (problem !== undefined) {
      return {
        kind: 'unknown',
        error: new UnbusyError('E_PROTOCOL', `scan-mounts printed ${printable(problem)}`, { host: session.host }),
      };
    }
  }
  const entered = await readPinned(session, records.toEnter(), deadline);
  return { kind: 'known', view: records.view(entered) };
}

function refusal(host: string, code: number, stderr: string): UnbusyError {
  if (code === EXIT.toolMissing) {
    return new UnbusyError('E_PREFLIGHT_TOOL', `the mount namespaces cannot be read: ${printable(stderr.trim())}`, {
      host,
    });
  }
  return new UnbusyError(
    'E_PREFLIGHT_PROC',
    'the mount namespaces cannot be read: /proc is not mounted, or hides PID 1',
    {
      host,
      hint: 'Run as root, or mount /proc without hidepid.',
    },
  );
}

function argumentsOf(request: ScanRequest): readonly string[] {
  return [
    ...(request.tokens ?? []).map((token) => `token=${token}`),
    ...(request.paths ?? []).map((path) => `path=${path}`),
    ...(request.devices ?? []).map((device) => `device=${device}`),
    ...(request.pids ?? []).filter((pid) => pid > 0).map((pid) => `pid=${pid}`),
    ...(request.services === true ? ['services'] : []),
    ...(request.all === true ? ['all'] : []),
    ...(request.openFiles === true ? ['open-files'] : []),
  ];
}
