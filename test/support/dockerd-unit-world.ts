import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { pictureOf } from './sandbox.ts';
import { ShellHost } from './shell-host.ts';
import type { ShellKind } from './shells.ts';

/** True where a test may make a mount namespace in which /var/lib, /run and /usr/local/sbin are its own. */
export const CAN_HIDE_STATE = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

const STAND_IN = readFileSync(join(import.meta.dirname, 'stand-in-dockerd-unit.sh'), 'utf8');

const ENTER = `
mount --bind "$0/lib" /var/lib && mount --bind "$0/run" /run && mount --bind "$0/bin" /usr/local/sbin &&
  { [ ! -d /etc/docker ] || mount --bind "$0/docker-etc" /etc/docker; } || exit 70
exec "$@"`;

/** A host with one unit, docker.service, whose systemd, dockerd and docker client are stand-ins over files. */
export class DockerdUnitWorld {
  readonly path: string;
  readonly store: string;
  readonly #server: Server;

  constructor(path: string) {
    this.path = path;
    this.store = join(path, 'lib/unbusy/undo/docker.service');
    const folders = ['bin', 'lib', 'run/systemd/system', 'etc', 'docker-etc', 'containers', 'timers', 'data/tmp'];
    for (const folder of folders) mkdirSync(join(path, folder), { recursive: true });
    for (const name of ['systemctl', 'systemd-run', 'docker']) {
      writeFileSync(join(path, 'bin', name), `#!/bin/sh\nBED='${path}'\n${STAND_IN}`, { mode: 0o755 });
    }
    // Its name is what a host is searched for.
    copyFileSync('/bin/sleep', join(path, 'dockerd'));
    chmodSync(join(path, 'dockerd'), 0o755);
    for (const [name, text] of [
      ['needreload', 'no\n'],
      ['active', 'inactive\n'],
      ['live-restore', 'false\n'],
      ['pid', ''],
    ] as const)
      writeFileSync(join(path, name), text);
    this.#server = createServer().listen(join(path, 'run/docker.sock'));
    this.systemctl('restart', 'docker.service');
  }

  /** This host under one shell; each call lives in a mount namespace of its own. */
  host(shell: ShellKind): ShellHost {
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', ENTER, this.path, ...shell.command];
    return new ShellHost({ name: shell.name, command, path: `/usr/local/sbin:${shell.path}` });
  }

  /** Asks the stand-in for systemd from beside. */
  systemctl(...words: readonly string[]): void {
    spawnSync(join(this.path, 'bin/systemctl'), words, { stdio: 'ignore' });
  }

  container(name: string, policy: string, id = name.padEnd(64, '0').replace(/[^0-9a-f]/g, 'a')): string {
    writeFileSync(join(this.path, 'containers', id), `${name} running 100 ${policy}\n`);
    return id;
  }

  /** The process that plays dockerd. */
  get pid(): number {
    return Number(readFileSync(join(this.path, 'pid'), 'utf8') || '0');
  }

  /** Field 22 of its stat. */
  get start(): string {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  }

  /** Names in the undo record up to their first dot, which is where random words begin, and of entries the kind of file. */
  left(): readonly string[] {
    if (!existsSync(this.store)) return [];
    return readdirSync(this.store)
      .map((name) => name.replace(/^[0-9a-f]{64}/, 'KEY').replace(/[.-][0-9a-f]{16,}$/, ''))
      .sort();
  }

  /** What the stand-ins were asked. */
  asked(): string {
    return readFileSync(join(this.path, 'asked'), 'utf8');
  }

  picture(): readonly string[] {
    const trees = ['lib', 'etc', 'containers', 'timers'].flatMap((folder) => pictureOf(join(this.path, folder)));
    return [String(this.pid), ...trees];
  }

  close(): void {
    this.#server.close();
    if (this.pid > 0) {
      try {
        process.kill(this.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
    rmSync(this.path, { recursive: true, force: true });
  }
}
