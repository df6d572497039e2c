import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pids of the living processes of a process group, from /proc; zombies do not count. */
export function groupMembers(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const fields = statFields(name);
      return fields !== undefined && fields[0] !== 'Z' && Number(fields[2]) === group;
    })
    .map(Number);
}

/** The words of a process's command line, with blanks between them; empty if it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return '';
  }
}

/** Pids of the processes of this machine whose command line ends with `sleep` and so many seconds. */
export function sleepsFor(seconds: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid).endsWith(`sleep ${seconds}`));
}

/** True as soon as the group has no member; false if it still has one after that time. */
export async function isGoneWithin(group: number, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(50)) {
    if (groupMembers(group).length === 0) return true;
  }
  return groupMembers(group).length === 0;
}

/** Ends what a test left in a process group of its own. */
export function killGroup(group: number): void {
  for (const pid of groupMembers(group)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Fields of /proc/PID/stat from the third on (state, parent, group …); undefined if the process is gone. */
function statFields(pid: string): string[] | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
