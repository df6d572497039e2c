import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pictureOf } from './sandbox.ts';
import type { ShellKind } from './shells.ts';

/** Mounts that only the shell and its children see: our unit files, and the mark of a running systemd unless it is to be missing. */
const ENTER = `
mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount --bind "$0/etc" /etc/systemd/system &&
  mount --bind "$0/lib" /var/lib || exit 70
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
  for (const folder of ['bin', 'etc', 'lib', 'units', 'loaded', 'log'])
    mkdirSync(join(sandbox, folder), { recursive: true });
  const plays = { systemctl: 'stand-in-unit-files.sh', journalctl: 'stand-in-journalctl.sh' };
  for (const [name, file] of Object.entries(plays)) {
    copyFileSync(join(import.meta.dirname, file), join(sandbox, 'bin', name));
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

/** Lets the stand-in read the drop-ins of a unit, as a daemon-reload does. */
export function readByStandIn(sandbox: string, name: string): void {
  const folder = join(sandbox, 'etc', `${name}.d`);
  const lines = readdirSync(folder)
    .sort()
    .map((file) => {
      const sum = createHash('sha256').update(readFileSync(join(folder, file)));
      return `${sum.digest('hex')}  - /etc/systemd/system/${name}.d/${file}\n`;
    });
  writeFileSync(join(sandbox, 'loaded', name), lines.join(''));
}

/** All that a look must leave as it was: unit files, drop-ins, states; not the record of what was asked. */
export function pictureOfSystemd(sandbox: string): readonly string[] {
  return ['etc', 'lib', 'units', 'loaded'].flatMap((folder) => [folder, ...pictureOf(join(sandbox, folder))]);
}

/** The same shell, in a mount namespace where the stand-in runs the host. */
export function underSystemd(kind: ShellKind, sandbox: string): ShellKind {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const command = ['unshare', ...user, '--mount', '--', 'sh', '-c', ENTER, sandbox, ...kind.command];
  return { name: kind.name, command, path: `${join(sandbox, 'bin')}:${kind.path}` };
}
