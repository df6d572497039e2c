import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './command.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';

// Everything that came through sshd stays in its control group, whoever its parent is now. Looked at from outside,
// so that it works while the host is cut off.
const SCRIPT = `
  seat=$2
  . "$1/seat.sh"
  . "$1/cgroups.sh"
  for hierarchy in $(hierarchies); do
    find "$hierarchy/$group/$3" -path '*/ssh.service*' -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -un | while read -r pid; do
    read -r name <"/proc/$pid/comm" || continue
    case $name in sshd* | legacy-rmdir) continue ;; esac
    printf '%s: ' "$name"
    tr '\\0' ' ' <"/proc/$pid/cmdline"
    echo
  done 2>/dev/null
`;

/** The processes that sessions over ssh have left on a host, as "name: command line"; sshd itself is left out. */
export async function leftRunning(host: LabHost): Promise<readonly string[]> {
  const text = await mustRun('sh', ['-c', SCRIPT, 'look', source('machine'), `${host.seat.number}`, host.name]);
  return text.split('\n').filter(Boolean);
}

/** Waits until nothing is left of any session, at most that long; gives what is left. */
export async function leftRunningAfter(host: LabHost, ms: number): Promise<readonly string[]> {
  const until = Date.now() + ms;
  for (;;) {
    const left = await leftRunning(host);
    if (left.length === 0 || Date.now() > until) return left;
    await sleep(200);
  }
}
