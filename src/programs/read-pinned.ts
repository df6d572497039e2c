import type { Program, Session } from '../connection/session.ts';
import type { MountEntry } from '../mounts/model.ts';
import { parseMountLine } from '../mounts/mountinfo.ts';
import { EXIT } from './exit-numbers.ts';
import text from './read-pinned.sh';
import { runProgram } from './run-program.ts';

/** A mount namespace that no task shows whole, and a file by which it can be entered. */
export interface Pin {
  readonly namespace: number;
  readonly file: string;
}

/** Table of such a namespace, or why it could not be read. */
export type PinnedTable =
  | { readonly namespace: number; readonly mounts: readonly MountEntry[] }
  | { readonly namespace: number; readonly why: string };

/** Reads tables from inside of namespaces; a compiled hook runs it too. */
export const READ_PINNED: Program = { name: 'read-pinned', text };

/** Reads tables from inside their namespaces; asks the host only if there are any. */
export async function readPinned(
  session: Session,
  pins: readonly Pin[],
  deadline: { readonly deadlineMs?: number } = {},
): Promise<readonly PinnedTable[]> {
  if (pins.length === 0) return [];
  const args = pins.flatMap((pin) => [String(pin.namespace), pin.file]);
  const answer = await runProgram(session, { program: READ_PINNED, args, ...deadline }, [EXIT.done]);
  if (!answer.ok) return pins.map((pin) => ({ namespace: pin.namespace, why: answer.error.message }));
  const tables = new Map<number, MountEntry[]>();
  const failed = new Map<number, string>();
  let number = 0;
  for (const { kind, fields } of answer.records) {
    const [first = '', second = ''] = fields;
    if (kind === 'unreadable') failed.set(Number(first), second);
    if (kind === 'table') number = Number(first);
    const mount = kind === 'mount' ? parseMountLine(first) : undefined;
    if (mount !== undefined) tables.set(number, [...(tables.get(number) ?? []), mount]);
  }
  return pins.map((pin, index) => {
    const mounts = tables.get(index + 1);
    if (mounts !== undefined) return { namespace: pin.namespace, mounts };
    return { namespace: pin.namespace, why: failed.get(index + 1) ?? 'its table is empty' };
  });
}
