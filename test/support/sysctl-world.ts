import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pictureOf } from './sandbox.ts';
import type { ShellKind } from './shells.ts';

/** A network namespace with kernel parameters of its own, where the sandbox stands for the directories of sysctl.d(5). */
export interface SysctlWorld {
  /** The same shell, in there. */
  inside(kind: ShellKind): ShellKind;
  run(commandLine: string): string;
  picture(): readonly string[];
  close(): Promise<void>;
}

/** A parameter that each network namespace has for itself. */
export const OWN_KEY = 'net.ipv4.ip_forward';

const SETUP = `
for place in etc/sysctl.d run/sysctl.d usr/lib/sysctl.d; do
  [ "$place" != run/sysctl.d ] || { mount -t tmpfs none /run && mkdir /run/sysctl.d; }
  [ ! -d "/$place" ] || mount --bind "$0/$place" "/$place" || exit 70
done
[ ! -f /etc/sysctl.conf ] || mount --bind /dev/null /etc/sysctl.conf
echo ready
exec sleep 1000`;

/** Opens the world below a sandbox, where etc/sysctl.d, run/sysctl.d and usr/lib/sysctl.d are made. */
export async function openSysctlWorld(sandbox: string): Promise<SysctlWorld> {
  for (const place of ['etc', 'run', 'usr/lib']) mkdirSync(join(sandbox, place, 'sysctl.d'), { recursive: true });
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? [] : ['--user', '--map-root-user'];
  const holder: ChildProcess = spawn('unshare', [...user, '--net', '--mount', 'sh', '-c', SETUP, sandbox], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (holder.stdout === null) throw new Error('the holder has no output');
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => Promise.reject(new Error('no world'))),
  ]);
  const enter = [
    'nsenter',
    '-t',
    String(holder.pid),
    ...(isRoot ? [] : ['-U', '--preserve-credentials']),
    '-n',
    '-m',
    '--',
  ];
  const run = (commandLine: string) =>
    execFileSync(enter[0] ?? '', [...enter.slice(1), 'sh', '-c', commandLine], { encoding: 'utf8' });
  return {
    inside: (kind) => ({ ...kind, command: [...enter, ...kind.command] }),
    run,
    picture: () => [run(`cat /proc/sys/${OWN_KEY.replaceAll('.', '/')}`), ...pictureOf(sandbox)],
    close: async () => {
      holder.kill('SIGKILL');
      if (holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit');
    },
  };
}
