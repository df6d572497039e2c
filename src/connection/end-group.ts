import { printable } from '../core/text.ts';
import endGroupText from './end-group.sh';
import type { ShellPlace } from './host-facts.ts';
import type { Link } from './link.ts';
import { openShell, type ShellOptions } from './open-shell.ts';
import type { Outcome } from './session.ts';

/** What is known after a process group was to be ended. */
export interface GroupEnd {
  readonly gone: boolean;
  /** The processes that are left, or why nobody could look. */
  readonly left?: string;
}

/** end-group.sh waits 7 s at most in each of its steps. */
const END_MS = 12_000;
const OPEN_MS = 5_000;

/** Ends the process group of a session's shell through a second shell on the same link, and looks whether it is gone. */
export async function endGroup(link: Link, place: ShellPlace, options: ShellOptions): Promise<GroupEnd> {
  const { signal: _, ...rest } = options;
  const opened = await openShell(link, { ...rest, openMs: OPEN_MS, becomeMs: OPEN_MS, hostLimitMs: 0 });
  if (!opened.ok) return { gone: false, left: unseen(opened.error.message) };
  const { wire } = opened.shell;
  const outcome = await wire.call({
    program: { name: 'end-group', text: endGroupText },
    args: [place.group, place.groupStart, place.shell, place.shellStart],
    deadlineMs: END_MS,
  });
  wire.end();
  return readEnd(outcome);
}

function readEnd(outcome: Outcome): GroupEnd {
  if (outcome.kind !== 'exited' || outcome.code !== 0) {
    return { gone: false, left: unseen('the program that ends the process group gave no answer.') };
  }
  if (outcome.records.length === 0) return { gone: true };
  const names = outcome.records.map(({ fields: [pid, state, name] }) => `${name ?? ''} (pid ${pid}, state ${state})`);
  return { gone: false, left: printable(names.join(', ')) };
}

/** The guard of prologue.sh is what is left to end it then. */
function unseen(why: string): string {
  return `nobody could look: ${why} The guard on the host ends it within seconds of the end of the connection.`;
}
