import { createHash } from 'node:crypto';
import type { Program } from '../connection/session.ts';
import { definition } from '../connection/wire.ts';
import { printable, quotePosix } from '../core/text.ts';
import { HOOK_FRAME } from '../programs/hook-frame.ts';
import type { HookTask } from './hook-tasks.ts';

/** What a hook says of itself. */
export interface HookOrigin {
  readonly version: string;
  /** File name of the playbook, without its directory, so that the same playbook gives the same file everywhere. */
  readonly playbook: string;
  readonly playbookText: string;
  /** Seconds for everything, unless --budget says another number. */
  readonly budgetSeconds: number;
}

/** The line after which everything counts for the sha256. */
const BOUNDARY = 'unbusy_sha256=';

/** One POSIX sh file that does the tasks on the host it is started on. The same input gives the same bytes. */
export function hookFile(tasks: readonly HookTask[], origin: HookOrigin): string {
  const body = bodyOf(tasks, origin);
  const sum = sha256(body);
  const playbook = printable(origin.playbook);
  return `#!/bin/sh
# Frees what dead containers hold on this host, on its own: made by unbusy ${origin.version} from ${playbook}. Do not edit it; make it anew.
# It needs root, sh, awk and /proc, and umount, nsenter, perl or python to unmount. It asks nothing, and uses no network.
# It exits 0 unless --strict; the last line of its output says what came out of it. See --help.
#
# version: ${origin.version}
# playbook: ${playbook}, sha256 ${sha256(origin.playbookText)}
# sha256: ${sum}, of all below the line that begins with ${BOUNDARY}
${BOUNDARY}${sum}
${body}`;
}

function bodyOf(tasks: readonly HookTask[], { version, playbook, budgetSeconds }: HookOrigin): string {
  const programs = new Map<string, Program>();
  for (const { part } of tasks) for (const each of [...part.calls, part.program]) programs.set(each.name, each);
  const stem = playbook.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9_-]/g, '-');
  return [
    `unbusy_version=${quotePosix(version)}`,
    `unbusy_playbook=${quotePosix(printable(playbook))}`,
    `unbusy_name=${quotePosix(stem === '' ? 'hook' : stem)}`,
    `unbusy_budget=${budgetSeconds}`,
    ...[...programs.values()].map(definition),
    ...['hook_playbook() {', ':', ...tasks.map(callOf), '}'],
    HOOK_FRAME,
  ].join('\n');
}

/** One line; its words arrive as they are, whatever they hold. */
function callOf({ name, place, part }: HookTask): string {
  const words = [name, place, part.program.name.replaceAll('-', '_'), ...part.args];
  return `task ${words.map(quotePosix).join(' ')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
