import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-openers.sh';
import { runProgram } from './run-program.ts';

/** A process that has something of a mount in use. */
export interface Opener {
  readonly pid: number;
  readonly command: string;
  /** Letter of /proc/PID/stat: D is a process that no signal ends. */
  readonly state: string;
  readonly how: 'cwd' | 'root' | 'exe' | 'fd' | 'map';
  readonly what: string;
}

/** What was found; `more` counts openers beyond the first 40, `partial` names the looks that were cut short or are blind here. */
export interface KnownOpeners {
  readonly kind: 'known';
  readonly openers: readonly Opener[];
  readonly more: number;
  readonly partial: readonly string[];
}

export type Openers = KnownOpeners | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** A mount, with the ids of its copies in other namespaces if those matter too. */
export interface BusyMount {
  readonly namespace: number;
  readonly point: string;
  readonly device: string;
  readonly ids: readonly number[];
}

/** Looks for what has a mount open; a compiled hook runs it too. */
export const FIND_OPENERS: Program = boundedProgram('find-openers', text);

const LOOK_SECONDS = 10;

/** Who keeps a mount busy. Kernels before 3.15 do not tell open files by mount; there `partial` names fd. */
export async function findOpeners(session: Session, mount: BusyMount): Promise<Openers> {
  const args = [String(LOOK_SECONDS), String(mount.namespace), mount.point, mount.device, ...mount.ids.map(String)];
  const call = { program: FIND_OPENERS, args, deadlineMs: (3 * LOOK_SECONDS + 15) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const openers = answer.records
    .filter((record) => record.kind === 'opener')
    .map(({ fields: [pid = '', command = '', state = '', how = 'fd', what = ''] }) => ({
      pid: Number(pid),
      command,
      state,
      how: how as Opener['how'],
      what,
    }));
  const partial = answer.records.filter((record) => record.kind === 'partial').map((record) => record.fields[0] ?? '');
  const more = Number(answer.records.find((record) => record.kind === 'more')?.fields[0] ?? 0);
  return { kind: 'known', openers, more, partial };
}

/** Openers in one line: `postgres (pid 812) has it open as fd 7`; empty only if all was looked at and nothing was found. */
export function describeOpeners({ openers, more, partial }: KnownOpeners): string {
  const looks = partial.map((look) => LOOKS[look] ?? look).join(', ');
  return [
    ...namedOpeners(openers),
    ...(more === 0 ? [] : [`and ${more} more`]),
    ...(looks === '' ? [] : [`what else has it open could not be seen (${looks})`]),
  ].join('; ');
}

const LOOKS: Readonly<Record<string, string>> = {
  fd: 'open files',
  links: 'working directories',
  maps: 'mapped files',
};

function namedOpeners(openers: readonly Opener[]): readonly string[] {
  const named = new Map<string, string>();
  for (const { pid, command, state, how, what } of openers) {
    const who = `${printable(command)} (pid ${pid}${state === 'D' ? ', state D' : ''})`;
    if (!named.has(who)) named.set(who, HOW[how] + (how === 'fd' ? ` ${printable(what)}` : ''));
  }
  return [...named].map(([who, how]) => `${who} ${how}`);
}

const HOW: Readonly<Record<Opener['how'], string>> = {
  cwd: 'works in it',
  root: 'has its root in it',
  exe: 'runs a program of it',
  fd: 'has it open as fd',
  map: 'has a file of it mapped',
};
