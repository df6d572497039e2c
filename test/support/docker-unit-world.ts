import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pictureOf } from './sandbox.ts';
import type { ShellKind } from './shells.ts';

/** Mounts that only the shell and its children see: no daemon, an /etc of ours for units, and the mark of a running systemd. */
const ENTER = `
mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount --bind "$0/etc" /etc/systemd/system &&
  mount --bind "$0/lib" /var/lib && mkdir -p /etc/docker && mount --bind "$0/docker" /etc/docker || exit 70
[ ! -e "$0/no-systemd" ] || rmdir /run/systemd/system
[ ! -e "$0/read-only" ] || mount -o remount,ro,bind /etc/systemd/system
exec "$@"`;

/** What docker.service is like before anything is done. */
export interface UnitLayout {
  /** Text of the unit file. */
  readonly unit: string;
  /** True: an installer put it into /etc/systemd/system. */
  readonly inEtc?: boolean;
  readonly dropIns?: Readonly<Record<string, string>>;
  readonly daemonJson?: string;
  /** What `dockerd --version` calls itself; undefined: there is no dockerd. */
  readonly version?: string | undefined;
}

/** A unit as Docker packages it since 18.09.9, with these lines added to [Service]. */
export const packagedUnit = (...lines: readonly string[]): string =>
  ['[Service]', 'ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock', ...lines, ''].join(
    '\n',
  );

/** Lays out a docker.service, a stand-in for systemctl over it, and a dockerd that only knows its version. */
export function layDockerUnit(sandbox: string, layout: UnitLayout): void {
  for (const folder of ['bin', 'etc', 'lib', 'docker', 'vendor']) mkdirSync(join(sandbox, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'stand-in-docker-unit.sh'), join(sandbox, 'bin/systemctl'));
  chmodSync(join(sandbox, 'bin/systemctl'), 0o755);
  const { version = '20.10.24', dropIns = {} } = layout;
  if (!('version' in layout) || layout.version !== undefined) {
    const text = `#!/bin/sh\necho 'Docker version ${version}, build 5d6db84'\n`;
    writeFileSync(join(sandbox, 'bin/dockerd'), text, { mode: 0o755 });
  }
  writeFileSync(join(sandbox, layout.inEtc === true ? 'etc' : 'vendor', 'docker.service'), layout.unit);
  const fragment =
    layout.inEtc === true ? '/etc/systemd/system/docker.service' : join(sandbox, 'vendor/docker.service');
  writeFileSync(join(sandbox, 'fragment'), `${fragment}\n`);
  const loaded = [`== ${fragment}\n${layout.unit}`];
  for (const [name, text] of Object.entries(dropIns).sort(([a], [b]) => (a < b ? -1 : 1))) {
    putDropIn(sandbox, name, text);
    loaded.push(`== /etc/systemd/system/docker.service.d/${name}\n${text}`);
  }
  writeFileSync(join(sandbox, 'loaded'), loaded.join(''));
  if (layout.daemonJson !== undefined) writeFileSync(join(sandbox, 'docker/daemon.json'), layout.daemonJson);
}

/** A drop-in that systemd has not read. */
export function putDropIn(sandbox: string, name: string, text: string): void {
  mkdirSync(join(sandbox, 'etc/docker.service.d'), { recursive: true });
  writeFileSync(join(sandbox, 'etc/docker.service.d', name), text);
}

/** All that a look must leave as it was. */
export function pictureOfDockerUnit(sandbox: string): readonly string[] {
  return ['etc', 'vendor', 'docker', 'lib'].flatMap((folder) => [folder, ...pictureOf(join(sandbox, folder))]);
}

/** The same shell, where the stand-in runs the host; other tests have daemons too, and a pid namespace keeps them out of sight. */
export function underDockerUnit(kind: ShellKind, sandbox: string): ShellKind {
  const command = [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--',
    'sh',
    '-c',
    ENTER,
    sandbox,
    ...kind.command,
  ];
  return { name: kind.name, command, path: `${join(sandbox, 'bin')}:${kind.path}` };
}
