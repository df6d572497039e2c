import { execFileSync } from 'node:child_process';
import { quotePosix } from '../../../src/core/text.ts';
import type { DemoContainer, DemoScene } from '../../../src/demo/scenes.ts';
import { demoId } from '../../../src/demo/scenes.ts';
import { type NamespaceWorld, openNamespaceWorld } from '../../support/namespace-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';

/** What a hook said. */
export interface HookRun {
  readonly code: number;
  readonly text: string;
  /** The last line, as words: released, left, unknown, rc, log. */
  readonly result: Readonly<Record<string, string>>;
}

/** A small host of real mounts and namespaces with a hook on it. */
export interface HookWorld extends NamespaceWorld {
  readonly host: string;
  /** Runs the hook by that shell, `sh` where none is given; what stands before it on the command line is `before`. */
  hook(args?: string, shell?: string, before?: string): Promise<HookRun>;
  /** Whether any process but those of the host's first namespace has a mount of that layer. */
  held(name: string): Promise<boolean>;
  /** Files of the processes that sleep; what was told to end may still be among them for a moment. */
  sleeping(): Promise<string>;
  id(name: string): string;
  layer(name: string): string;
}

export const up = (name: string): DemoContainer => ({ name, image: `${name}:1`, status: 'up', starts: [] });
export const dead = (name: string, ...starts: readonly string[]): DemoContainer => ({
  ...{ name, image: `${name}:1`, status: 'dead' as const },
  starts,
});

/** The shells of the contract with a way to their awk: busybox comes with all of its applets in front. */
export const KINDS = [
  { name: 'dash with mawk', shell: 'dash', prepare: 'ln -s "$(command -v mawk)" /usr/local/sbin/awk' },
  { name: 'bash with gawk', shell: 'bash', prepare: 'ln -s "$(command -v gawk)" /usr/local/sbin/awk' },
  {
    name: 'busybox with its own applets alone',
    shell: '/bin/busybox sh',
    prepare:
      'for each in $(busybox --list); do case $each in busybox | sh) ;; *) ln -s /bin/busybox "/usr/local/sbin/$each" ;; esac; done',
  },
] as const;

/** Opens a host with these containers, and puts the hook on it as /tmp/hook.sh. */
export async function openHookWorld(containers: readonly DemoContainer[], hook: string): Promise<HookWorld> {
  const scene: DemoScene = { host: 'hookhost', containers };
  const sandbox = makeSandbox();
  const world = await openNamespaceWorld(scene, sandbox.path);
  await world.run('mkdir -p /usr/local/sbin /var/lib /var/log; chmod 1777 /tmp');
  for (let at = 0; at < hook.length; at += 50_000) {
    await world.run(`printf %s ${quotePosix(hook.slice(at, at + 50_000))} >>/tmp/hook.sh`);
  }
  const layer = (name: string) => demoId('hookhost', name, 'layer');
  return {
    ...world,
    host: scene.host,
    id: (name) => demoId('hookhost', name),
    layer,
    hook: async (args = '', shell = 'sh', before = '') =>
      readRun(await world.run(`${before} ${shell} /tmp/hook.sh ${args} 2>&1; echo "exit $?"`)),
    held: async (name) => (await world.run(`grep -l ${layer(name)} /proc/[0-9]*/mountinfo 2>/dev/null`)).trim() !== '',
    sleeping: () => world.run('grep -lx sleep /proc/[0-9]*/comm'),
    close: async () => {
      await world.close();
      sandbox.remove();
    },
  };
}

/** Splits what was printed into lines, the result and the exit number. */
export function readRun(text: string): HookRun {
  const code = Number(/exit (\d+)\s*$/.exec(text)?.[1] ?? -1);
  const line = text.split('\n').findLast((each) => each.startsWith('UNBUSY-RESULT v1 ')) ?? '';
  const result = Object.fromEntries(
    line
      .split(' ')
      .slice(2)
      .map((word) => word.split('=') as [string, string]),
  );
  return { code, text, result };
}

/** Whether this machine can make such hosts. */
export function canMakeHosts(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** Writes what Docker keeps of containers on disk, as far as it is read. */
export async function writeStates(
  world: HookWorld,
  states: Readonly<Record<string, 'dead' | 'running'>>,
): Promise<void> {
  for (const [name, status] of Object.entries(states)) {
    const pid = Number((await world.run(`docker inspect --format '{{.State.Pid}}' ${name}`)).trim());
    const id = (await world.run(`docker inspect --format '{{.ID}}' ${name}`)).trim();
    const text = stateFile(id, name, status, pid);
    const file = `/var/lib/docker/containers/${id}/config.v2.json`;
    await world.run(`mkdir -p "$(dirname ${file})"; cat >${file} <<'END'\n${text}\nEND`);
  }
}

function stateFile(id: string, name: string, status: 'dead' | 'running', pid: number): string {
  const flags = {
    Running: status === 'running',
    Paused: false,
    Restarting: false,
    RemovalInProgress: false,
    Dead: status === 'dead',
  };
  const times = { StartedAt: '2026-01-02T03:04:05Z', FinishedAt: '2026-01-05T06:07:08Z' };
  const config = { Image: 'image', Labels: { 'com.example.product': name === 'app' ? 'shop' : 'other', odd: '}"{' } };
  return JSON.stringify({
    State: { ...flags, Pid: pid, ...times },
    ID: id,
    Config: config,
    Name: `/${name}`,
    Driver: 'overlay2',
  });
}
