import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import text from './check-bystanders.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** The main process of a container that lives, as it was before a step. */
export interface Bystander {
  readonly containerId: string;
  readonly name: string;
  readonly pid: number;
  /** Field 22 of its stat. */
  readonly startTime: string;
  /** Inode of its mount namespace. */
  readonly namespace: number;
  /** Device of its root mount, major:minor. */
  readonly rootDevice: string;
}

/** What became of a bystander: its process is gone, or it lives without its root. */
export interface Harm {
  readonly name: string;
  readonly what: 'gone' | 'namespace' | 'root';
}

/** Which bystanders are no longer as they were; an empty list only if every one of them was looked at. */
export type BystanderCheck =
  | { readonly kind: 'known'; readonly harmed: readonly Harm[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Compares processes with what they were; a compiled hook runs it too. */
export const CHECK_BYSTANDERS: Program = { name: 'check-bystanders', text };

/** Compares processes with what they were; reads /proc only, so that it works while Docker is silent. */
export async function checkBystanders(session: Session, bystanders: readonly Bystander[]): Promise<BystanderCheck> {
  if (bystanders.length === 0) return { kind: 'known', harmed: [] };
  const args = bystanders.map((each) => `${each.pid}:${each.startTime}:${each.namespace}:${each.rootDevice}`);
  const answer = await runProgram(session, { program: CHECK_BYSTANDERS, args }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const harmed = answer.records
    .filter((record) => record.kind === 'harmed')
    .map(({ fields: [pid, what] }) => ({
      name: bystanders.find((each) => String(each.pid) === pid)?.name ?? `pid ${pid}`,
      what: (what ?? 'gone') as Harm['what'],
    }));
  return { kind: 'known', harmed };
}

/** Harm in words: `web no longer runs`. */
export function describeHarm(harmed: readonly Harm[]): string {
  const words = {
    gone: 'no longer runs',
    namespace: 'is in another mount namespace',
    root: 'lost its root file system',
  };
  return harmed.map(({ name, what }) => `${name} ${words[what]}`).join('; ');
}
