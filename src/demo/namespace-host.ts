import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import initText from './host-init.sh';
import { type DemoScene, processNames, sceneLines } from './scenes.ts';
import { commandOf, type DemoCommand } from './ssh-server.ts';
import dockerText from './stand-in-docker.sh';
import processText from './stand-in-process.sh';

/** A host of real namespaces and real mounts that lives as long as this process wants it. */
export interface NamespaceHost {
  /** overlay, or tmpfs where the kernel lets only root mount an overlay. */
  readonly layers: string;
  /** Runs a command line in a shell of the host. */
  start(commandLine: string): DemoCommand;
  stop(): Promise<void>;
}

/** A host, or why this machine does not let us make one. */
export type HostStarted =
  | { readonly ok: true; readonly host: NamespaceHost }
  | { readonly ok: false; readonly why: string };

/** How long a host may take to come up, in milliseconds. */
const START_MS = 10_000;

/** Builds a host below `scratch`, a directory of its own. As an ordinary user it takes a user namespace. */
export async function startNamespaceHost(scene: DemoScene, scratch: string): Promise<HostStarted> {
  const socket = await layOut(scene, scratch);
  const isRoot = process.getuid?.() === 0;
  const flags = [
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...['--mount', '--propagation', 'slave', '--pid', '--uts', '--cgroup', '--fork'],
  ];
  const init = spawn('unshare', [...flags, '/bin/sh', join(scratch, 'host-init'), scratch, scene.host], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  init.stdin.on('error', () => {});
  init.stdin.write(sceneLines(scene));
  const ready = await awaitReady(init);
  const pid = ready.ok ? firstProcess(init.pid ?? 0) : undefined;
  if (!ready.ok || pid === undefined) {
    await end(init, pid, socket);
    return { ok: false, why: ready.ok ? 'the first process of the host cannot be found' : ready.why };
  }
  const enter = ['--target', String(pid), ...(isRoot ? [] : ['--user', '--preserve-credentials'])];
  const start = (commandLine: string) =>
    // A session of its own, as sshd gives it: what is cancelled is a process group of this host.
    startCommand([...enter, '--mount', '--pid', '--uts', '--cgroup', 'setsid', '/bin/sh', '-c', commandLine]);
  return { ok: true, host: { layers: ready.layers, start, stop: () => end(init, pid, socket) } };
}

/** A command in the namespaces that these arguments of nsenter(1) name. */
function startCommand(args: readonly string[]): DemoCommand {
  const env = { PATH: process.env.PATH, HOME: '/root', USER: 'root' };
  return commandOf(spawn('nsenter', args, { stdio: 'pipe', env }));
}

/** The files that host-init.sh expects: programs under their names, and a socket where Docker's would be. */
function layOut(scene: DemoScene, scratch: string): Promise<Server> {
  const bin = join(scratch, 'bin');
  for (const directory of [bin, join(scratch, 'root')]) mkdirSync(directory);
  writeFileSync(join(scratch, 'host-init'), initText);
  writeFileSync(join(bin, 'docker'), dockerText);
  for (const name of processNames(scene)) writeFileSync(join(bin, name), processText);
  for (const name of readdirSync(bin)) chmodSync(join(bin, name), 0o755);
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(join(scratch, 'docker.sock'), () => resolve(server));
  });
}

type Ready = { readonly ok: true; readonly layers: string } | { readonly ok: false; readonly why: string };

/** Waits for the line that says that all is planted, or for the end. */
function awaitReady(init: ChildProcess): Promise<Ready> {
  return new Promise((resolve) => {
    let said = '';
    let complaint = '';
    const timer = setTimeout(() => resolve({ ok: false, why: `not up within ${START_MS / 1000} s` }), START_MS);
    const finish = (ready: Ready) => {
      clearTimeout(timer);
      resolve(ready);
    };
    init.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const match = /^ready (\w+)\n/.exec(said);
      if (match !== null) finish({ ok: true, layers: match[1] ?? '' });
    });
    init.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    init.on('error', (error) => finish({ ok: false, why: error.message }));
    init.on('close', () => finish({ ok: false, why: complaint.trim().split('\n').at(-1) || 'it ended at once' }));
  });
}

/** The child of unshare: pid 1 of the new pid namespace, by the number that it has in ours. */
function firstProcess(unsharePid: number): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      // Field 4 of stat, counted after the command name, which may hold anything (proc_pid_stat(5)).
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      if (Number(parent) === unsharePid) return Number(name);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

/** Ends the first process of the host, and with it every process and mount of the host (pid_namespaces(7)). */
function end(init: ChildProcess, pid: number | undefined, socket: Server): Promise<void> {
  socket.close();
  if (init.exitCode !== null || init.signalCode !== null || init.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    init.once('close', () => resolve());
    init.stdin?.end();
    try {
      process.kill(pid ?? init.pid ?? 0, 'SIGKILL');
    } catch {
      init.kill('SIGKILL');
    }
  });
}
