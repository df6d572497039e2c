import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledHook } from '../../src/config/compiled-hook.ts';
import { pictureOf } from './sandbox.ts';
import type { ShellKind } from './shells.ts';

/** Mounts that only the shell and its children see: an /etc of our own, and the mark of a running systemd unless there is none. */
const ENTER = `
mount -t tmpfs none /run && mount --bind "$0/etc" /etc && mount --bind "$0/lib" /var/lib || exit 70
[ ! -e "$0/version" ] || mkdir -p /run/systemd/system
exec "$@"`;

/** What there is on the host. */
export interface ScheduleWorld {
  /** Undefined: systemd does not run it. */
  readonly systemd?: string;
  /** False: its systemd-analyze knows no calendar. */
  readonly analyzes?: boolean;
  readonly cronDirectory?: boolean;
}

/** Lays out a host below the sandbox: stand-ins for systemctl and systemd-analyze, its /etc, and a directory for metrics. */
export function laySchedule(
  sandbox: string,
  { systemd, analyzes = true, cronDirectory = true }: ScheduleWorld = {},
): void {
  const folders = [
    'bin',
    'etc/systemd/system',
    'lib/systemd/timers',
    'metrics',
    ...(cronDirectory ? ['etc/cron.d'] : []),
  ];
  for (const folder of folders) mkdirSync(join(sandbox, folder), { recursive: true });
  for (const file of ['passwd', 'group']) copyFileSync(`/etc/${file}`, join(sandbox, 'etc', file));
  writeFileSync(join(sandbox, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
  const plays = { systemctl: 'stand-in-timers.sh', 'systemd-analyze': 'stand-in-analyze.sh' };
  for (const [name, file] of Object.entries(plays)) {
    copyFileSync(join(import.meta.dirname, file), join(sandbox, 'bin', name));
    chmodSync(join(sandbox, 'bin', name), 0o755);
  }
  if (systemd !== undefined) writeFileSync(join(sandbox, 'version'), systemd);
  if (analyzes) writeFileSync(join(sandbox, 'analyzes'), '');
}

/** All that a look must leave as it was: files and units, not what the stand-in remembers. */
export function pictureOfSchedule(sandbox: string): readonly string[] {
  return ['etc', 'lib', 'hooks', 'metrics'].flatMap((folder) =>
    existsSync(join(sandbox, folder)) ? [folder, ...pictureOf(join(sandbox, folder))] : [],
  );
}

/** The same shell, in a mount namespace of that host. */
export function underSchedule(kind: ShellKind, sandbox: string): ShellKind {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const command = ['unshare', ...user, '--mount', '--', 'sh', '-c', ENTER, sandbox, ...kind.command];
  return { name: kind.name, command, path: `${join(sandbox, 'bin')}:${kind.path}` };
}

/** A hook that is small, with the mark of a real one. */
export function smallHook(body = 'echo swept\n', playbook = 'sweep.yml'): CompiledHook {
  const sum = createHash('sha256').update(body).digest('hex');
  return { playbook, text: `#!/bin/sh\n# a hook\nunbusy_sha256=${sum}\n${body}` };
}

/** What the stand-in for systemctl was asked. */
export function askedOf(sandbox: string): readonly string[] {
  return existsSync(join(sandbox, 'log')) ? readFileSync(join(sandbox, 'log'), 'utf8').trimEnd().split('\n') : [];
}
