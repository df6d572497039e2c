import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DaemonProcess } from '../../../src/diagnosis/daemon-facts.ts';
import { readDaemonProcesses } from '../../../src/programs/daemon-process.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { API_SERVER, listening } from '../../support/stand-in-api.ts';

/** Ends what a test started, in reverse. */
const closers: (() => Promise<unknown> | unknown)[] = [];
let sandbox: ReturnType<typeof makeSandbox>;

beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  sandbox.remove();
});

/** A process whose program is called dockerd or the like, with a socket that takes connections. */
async function play(name: string, file: string): Promise<{ readonly pid: number; readonly socket: string }> {
  const socket = join(sandbox.path, file);
  const pid = start(name, [API_SERVER, 'silent', `unix://${socket}`]);
  await listening(socket);
  return { pid, socket };
}

/** A process of that name which only sleeps, with these words on its command line. */
async function sleeping(name: string, words: readonly string[]): Promise<number> {
  const ready = join(sandbox.path, `ready-${closers.length}`);
  const pid = start(name, ['-e', 'open(F, ">", shift); sleep 60', ready, ...words]);
  await expect.poll(() => existsSync(ready)).toBe(true);
  return pid;
}

function start(name: string, args: readonly string[]): number {
  const program = join(sandbox.path, name);
  if (!existsSync(program)) copyFileSync(realpathSync('/usr/bin/perl'), program);
  const child = spawn(program, args, { stdio: 'ignore' });
  closers.push(() => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    return ended;
  });
  return child.pid ?? 0;
}

async function clientsOf(socket: string, count: number): Promise<void> {
  const clients: Socket[] = [];
  closers.push(() => {
    for (const client of clients) client.destroy();
  });
  for (let i = 0; i < count; i += 1) {
    const client = connect(socket);
    clients.push(client);
    await once(client, 'connect');
  }
}

describe.each(shellKinds())('the daemons of a host, by /proc under $name', (shell) => {
  const look = async (path = shell.path): Promise<readonly DaemonProcess[]> => {
    const seen = await readDaemonProcesses(new ShellHost({ ...shell, path }));
    if (seen.kind === 'unknown') throw seen.error;
    expect(seen.host.memoryBytes).toBeGreaterThan(2 ** 26);
    expect(seen.host.files?.max).toBeGreaterThan(seen.host.files?.allocated ?? 0);
    // Daemons of others on this machine are none of ours.
    return seen.processes.filter(({ exe }) => exe.startsWith(sandbox.path));
  };

  it('are known by their program, with numbers that the kernel has too', async () => {
    const { pid, socket } = await play('dockerd', 'one.sock');
    await clientsOf(socket, 7);
    const [daemon, ...rest] = await look();
    expect(rest).toEqual([]);
    expect(daemon).toMatchObject({ role: 'dockerd', pid, parent: process.pid, uid: process.getuid?.(), state: 'S' });
    expect(daemon?.socket).toBe(socket);
    expect([daemon?.connections, daemon?.waiting]).toEqual([0, 7]);
    expect(daemon?.fds?.open).toBe(readdirSync(`/proc/${pid}/fd`).length);
    expect(daemon?.kinds).toMatchObject({ looked: daemon?.fds?.open, sockets: 1 });
    const limits = execFileSync('sh', ['-c', `awk '/open files/ { print $4 }' /proc/${pid}/limits`], {
      encoding: 'utf8',
    });
    expect(daemon?.fds?.soft).toBe(limits.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limits));
    expect(daemon?.threads).toBe(1);
    expect(daemon?.rssBytes).toBeGreaterThan(2 ** 20);
    expect(daemon?.virtualBytes).toBeGreaterThan(daemon?.rssBytes ?? 0);
    expect(daemon?.uptimeSeconds).toBeLessThan(60);
  });

  it('are told apart, by pid, socket and role', async () => {
    const first = await play('dockerd', 'one.sock');
    const second = await play('dockerd', 'two.sock');
    const third = await play('containerd', 'three.sock');
    const seen = (await look()).map(({ role, pid, socket }) => ({ role, pid, socket }));
    expect(seen.sort((a, b) => a.pid - b.pid)).toEqual(
      [
        { role: 'dockerd', ...first },
        { role: 'dockerd', ...second },
        { role: 'containerd', pid: third.pid, socket: '' },
      ].sort((a, b) => a.pid - b.pid),
    );
  });

  it('are not what only has a part of the name: shims and clients', async () => {
    await play('containerd-shim-runc-v2', 'shim.sock');
    await play('docker', 'client.sock');
    await sleeping('docker', ['run', '--name', 'my', 'daemon']);
    expect(await look()).toEqual([]);
  });

  it('are known whatever their arguments name: a kubelet that asks a shim is one', async () => {
    const pid = await sleeping('kubelet', [
      '--endpoint=unix:///var/run/dockershim.sock',
      '--pause=registry:5000/pause',
    ]);
    expect((await look()).map((each) => [each.role, each.pid])).toEqual([['kubelet', pid]]);
  });

  it('have the socket of the package, unless they listen to a network only', async () => {
    const usual = await sleeping('dockerd', ['-H', 'fd://', '--log-opt', 'gelf-address=tcp://log:12201']);
    const remote = await sleeping('dockerd', ['-H', 'tcp://127.0.0.1:2376']);
    const config = join(sandbox.path, 'daemon.json');
    writeFileSync(config, '{ "log-opts": { "fluentd-address": "tcp://log:1" }, "hosts": [\n"tcp://127.0.0.1:2376" ] }');
    const remoteToo = await sleeping('dockerd', ['--config-file', config]);
    const both = join(sandbox.path, 'both.json');
    writeFileSync(both, '{ "hosts": ["tcp://127.0.0.1:2376",\n"unix:///run/own.sock" ] }');
    const own = await sleeping('dockerd', ['--config-file', both]);
    const sockets = new Map((await look()).map((each) => [each.pid, each.socket]));
    expect([usual, remote, remoteToo, own].map((pid) => sockets.get(pid))).toEqual([
      '/var/run/docker.sock',
      '',
      '',
      '/run/own.sock',
    ]);
  });

  it.runIf(process.getuid?.() === 0)('have a socket of their user where they run without root', async () => {
    const pid = await sleeping('dockerd', []);
    execFileSync('chmod', ['755', sandbox.path]);
    const child = spawn(join(sandbox.path, 'dockerd'), ['-e', 'print "up"; close STDOUT; sleep 60'], {
      uid: 65_534,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    closers.push(() => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      return ended;
    });
    await once(child.stdout, 'data');
    const sockets = new Map((await look()).map((each) => [each.pid, each.socket]));
    expect(sockets.get(pid)).toBe('/var/run/docker.sock');
    expect(sockets.get(child.pid ?? 0)).toBe('/run/user/65534/docker.sock');
  });

  // busybox runs its own grep, whatever PATH has.
  it.runIf(shell.name !== 'busybox')('are found among more processes than one command can be told of', async () => {
    const { pid } = await play('dockerd', 'one.sock');
    const few = `[ "$(printf '%s ' "$@" | wc -c)" -lt 1200 ] || { echo 'Argument list too long' >&2; exit 126; }`;
    const tools = {
      grep: `#!/bin/sh\n${few}\nexec /usr/bin/grep "$@"\n`,
      xargs: '#!/bin/sh\nexec /usr/bin/xargs -s 1000 "$@"\n',
    };
    for (const [tool, text] of Object.entries(tools)) writeFileSync(join(sandbox.path, tool), text, { mode: 0o755 });
    expect((await look(`${sandbox.path}:${shell.path}`)).map((each) => each.pid)).toEqual([pid]);
  });

  it('are told as stopped if they are, with what their descriptors are', async () => {
    const { pid } = await play('dockerd', 'one.sock');
    process.kill(pid, 'SIGSTOP');
    const [daemon] = await look();
    expect(daemon?.state).toBe('T');
    expect(daemon?.kinds?.files).toBeGreaterThanOrEqual(3);
  });
});
