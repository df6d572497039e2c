import { readdirSync, readFileSync } from 'node:fs';
import type { ChannelEnding, Link } from '../../src/connection/link.ts';
import type { Session } from '../../src/connection/session.ts';
import { openShellSession } from '../../src/connection/shell-session.ts';
import { type NamespaceHost, startNamespaceHost } from '../../src/demo/namespace-host.ts';
import type { DemoScene } from '../../src/demo/scenes.ts';
import type { DemoCommand } from '../../src/demo/ssh-server.ts';

/** A demo host without SSH: real mounts and namespaces, and a stand-in for docker. */
export interface NamespaceWorld {
  readonly session: Session;
  /** Runs a command line on the host, beside the session. */
  run(commandLine: string): Promise<string>;
  /** Mount tables of the host's processes, and the tree of its containers. */
  picture(): readonly string[];
  close(): Promise<void>;
}

/** Builds the host below `scratch`, which must be empty. */
export async function openNamespaceWorld(scene: DemoScene, scratch: string): Promise<NamespaceWorld> {
  const started = await startNamespaceHost(scene, scratch);
  if (!started.ok) throw new Error(started.why);
  const { host } = started;
  const opened = await openShellSession(linkTo(host));
  if (!opened.ok) throw opened.error;
  const { session } = opened;
  return {
    session,
    run: (commandLine) => outputOf(host.start(commandLine)),
    picture: () => pictureOf(scratch),
    close: async () => {
      await session.close();
      await host.stop();
    },
  };
}

function linkTo(host: NamespaceHost): Link {
  return {
    host: 'testhost',
    transport: 'local',
    open: async (commandLine) => {
      const command = host.start(commandLine);
      return {
        ok: true,
        channel: {
          write: (data) => void command.stdin.write(data),
          end: () => void command.stdin.end(),
          onStdout: (listener) => void command.stdout.on('data', listener),
          onStderr: (listener) => void command.stderr.on('data', listener),
          onEnd: (listener) => void command.ended.then((ending: ChannelEnding) => listener(ending)),
          destroy: () => command.kill(),
        },
      };
    },
    close: () => {},
  };
}

async function outputOf(command: DemoCommand): Promise<string> {
  let said = '';
  command.stdin.end();
  command.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  command.stderr.resume();
  await command.ended;
  return said;
}

/** By way of the first process of the host, which can be seen from here: its root and its tables. */
function pictureOf(scratch: string): readonly string[] {
  const init = readdirSync('/proc').find(
    (pid) => /^\d+$/.test(pid) && readProc(`${pid}/cmdline`).startsWith(`/bin/sh\0${scratch}/`),
  );
  if (init === undefined) throw new Error(`no process of ${scratch}`);
  const store = `/proc/${init}/root/run/stand-in`;
  const layers = `/proc/${init}/root/var/lib/docker`;
  const states = readdirSync(store).map((name) => `${name} ${readFileSync(`${store}/${name}`, 'utf8')}`);
  const tree = [...treeOf(layers)].sort();
  return [...states.sort(), ...tree, ...mountTables(init)];
}

/** All paths below, but not in what the kernel keeps for itself in a work directory of overlay: mode 0, for root alone. */
function treeOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    const closed = !entry.isDirectory() || (entry.name === 'work' && directory.endsWith('/work'));
    return closed ? [path] : [path, ...treeOf(path)];
  });
}

/** The distinct tables of all processes of the host, mount points only. */
function mountTables(init: string): readonly string[] {
  const tables = new Set<string>();
  const children = readFileSync(`/proc/${init}/task/${init}/children`, 'utf8').trim().split(' ');
  for (const pid of [init, ...children]) {
    const points = readProc(`${pid}/mountinfo`)
      .split('\n')
      .map((line) => line.split(' ')[4]);
    if (points.length > 1) tables.add(points.join('\n'));
  }
  return [...tables].sort();
}

/** Empty for a process that has just ended. */
function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}
