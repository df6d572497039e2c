import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShellKind } from './shells.ts';

/** Mounts that only the shell and its children see: our unit files, and the mark of a running systemd unless it is to be missing. */
const ENTER = `
mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount --bind "$0/etc" /etc/systemd/system || exit 70
[ ! -e "$0/no-systemd" ] || rmdir /run/systemd/system
exec "$@"`;

const FACTS: Readonly<Record<string, string>> = {
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  UnitFileState: 'enabled',
  MainPID: '1',
};

/** Lays out a systemd that is none: a stand-in for systemctl over files below the sandbox. */
export function laySystemd(sandbox: string): void {
  for (const folder of ['bin', 'etc', 'units', 'loaded', 'log']) mkdirSync(join(sandbox, folder), { recursive: true });
  for (const name of ['systemctl', 'journalctl']) {
    copyFileSync(join(import.meta.dirname, `stand-in-${name}.sh`), join(sandbox, 'bin', name));
    chmodSync(join(sandbox, 'bin', name), 0o755);
  }
}

/** Gives the stand-in a unit; what is not told is that of a service that runs and is enabled. */
export function layUnit(sandbox: string, name: string, facts: Readonly<Record<string, string>> = {}): void {
  const path = `/usr/lib/systemd/system/${name}`;
  const all = { FragmentPath: path, ...FACTS, ...facts };
  writeFileSync(
    join(sandbox, 'units', name),
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  writeFileSync(join(sandbox, 'loaded', name), '');
}

/** The same shell, in a mount namespace where the stand-in runs the host. */
export function underSystemd(kind: ShellKind, sandbox: string): ShellKind {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const command = ['unshare', ...user, '--mount', '--', 'sh', '-c', ENTER, sandbox, ...kind.command];
  return { name: kind.name, command, path: `${join(sandbox, 'bin')}:${kind.path}` };
}
