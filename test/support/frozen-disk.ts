import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A task that waits for a frozen file system, both real: an ext4 on a loop device in a mount namespace of its own. */
export interface FrozenDisk {
  /** The writer, in state D until the thaw. */
  readonly pid: number;
  readonly point: string;
  /** /dev/loopN. */
  readonly device: string;
  /** File behind the device. */
  readonly image: string;
  thaw(): void;
  /** Resolves when the writer is gone. */
  ended(): Promise<void>;
  close(): Promise<void>;
}

const SCRIPT = `
  set -eu
  cd "$1"
  truncate -s 16M image
  mkfs.ext4 -q image
  mkdir data
  mount -o loop image data
  awk '$5 == point { print $(NF - 1) }' point="$1/data" /proc/self/mountinfo
  sh -c 'echo $$; exec >>data/log; while :; do echo line; sleep 0.02; done' &
  read -r _
  fsfreeze --freeze data
  echo frozen
  read -r _
  fsfreeze --unfreeze data
  kill $! || :
  wait || :
  umount data
`;

/** Why there can be none here; undefined if there can. */
export function noFrozenDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'a frozen file system needs root';
  for (const tool of ['mkfs.ext4', 'fsfreeze', 'losetup'])
    if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0) return `a frozen file system needs ${tool}`;
  return spawnSync('sh', ['-c', 'unshare -m true && losetup -f']).status === 0
    ? undefined
    : 'a frozen file system needs a mount namespace and a loop device';
}

/** Plants one; `close` thaws it, ends the writer and gives the loop device back. */
export async function plantFrozenDisk(): Promise<FrozenDisk> {
  const directory = mkdtempSync(join(tmpdir(), 'unbusy-frozen-'));
  const child = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', SCRIPT, 'sh', directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  const said = async (count: number) => {
    while (lines.length < count) await once(child.stdout, 'data');
  };
  await said(2);
  const [device = '', pid = ''] = lines;
  child.stdin.write('\n');
  await said(3);
  await until(() => stateOf(Number(pid)) === 'D');
  let thawed = false;
  const thaw = () => {
    if (!thawed) child.stdin.write('\n');
    thawed = true;
  };
  return {
    pid: Number(pid),
    point: join(directory, 'data'),
    device,
    image: join(directory, 'image'),
    thaw,
    ended: () => until(() => stateOf(Number(pid)) === ''),
    async close() {
      thaw();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Letter of the state of a process; empty if it is gone. */
export function stateOf(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** Resolves when that holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
