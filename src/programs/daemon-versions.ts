import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { Component, ComponentVersion } from '../diagnosis/daemon-facts.ts';
import { boundedProgram } from './bounded.ts';
import text from './daemon-versions.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

const PROGRAM = boundedProgram('daemon-versions', text);

/** A program of Go prints its version within a tenth of a second; one on a disk that does not answer never does. */
const EACH_SECONDS = 5;

/** A component to ask: the process that runs it, or undefined for one that is only a program. */
export interface AskedVersion {
  readonly component: Component;
  readonly pid: number | undefined;
}

/** The versions that were told, and the components that told none. */
export type VersionsLook =
  | { readonly kind: 'known'; readonly versions: readonly ComponentVersion[]; readonly untold: readonly string[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Asks the programs themselves, where no API tells: a daemon that is silent, a kubelet, a runc under another name. */
export async function readDaemonVersions(session: Session, asked: readonly AskedVersion[]): Promise<VersionsLook> {
  if (asked.length === 0) return { kind: 'known', versions: [], untold: [] };
  const names = asked.map(({ component, pid }) => (pid === undefined ? component : `${component}:${pid}`));
  const deadlineMs = (asked.length * (EACH_SECONDS + 2) + 10) * 1000;
  const args = [String(EACH_SECONDS), ...names];
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const told = answer.records
    .filter(({ kind }) => kind === 'version')
    .map(({ fields: [name = '', said = ''] }) => ({ component: name as Component, version: versionIn(said) }));
  const versions = told.filter(({ version }) => version !== '');
  const untold = asked
    .map(({ component }) => component)
    .filter((name) => !versions.some((each) => each.component === name));
  return { kind: 'known', versions, untold };
}

/** The first thing in a line that looks like a version: Docker version 20.10.24+dfsg1, build 297e128. */
export function versionIn(line: string): string {
  return /(?:^|[\s:/v])(\d+\.\d+[\w.+~-]*)/.exec(line)?.[1] ?? '';
}
