import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { LeakedMount } from '../../../src/mounts/leak.ts';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf, presentMounts } from './bed.ts';

/** How a namespace is made from another: a new copy, its propagation, and its own mounts of one token. */
interface Shape {
  readonly name: string;
  /** Propagation of the base before anybody copies it, and of the copies. */
  readonly base: 'shared' | 'private';
  readonly copies: readonly ('unchanged' | 'slave' | 'private' | 'shared-slave')[];
  /** What is bound where before the leak is mounted. */
  readonly bind?: string;
  /** Copies that the first unmount takes along; the kernel's own answer, written down. */
  readonly spreads: number;
}

const SHAPES: readonly Shape[] = [
  { name: 'private copies', base: 'shared', copies: ['private', 'private'], spreads: 0 },
  { name: 'a peer', base: 'shared', copies: ['unchanged'], spreads: 1 },
  { name: 'a slave', base: 'shared', copies: ['slave'], spreads: 1 },
  { name: 'a slave that forwards, and a peer', base: 'shared', copies: ['shared-slave', 'unchanged'], spreads: 2 },
  { name: 'copies of what was private', base: 'private', copies: ['unchanged', 'slave'], spreads: 0 },
  {
    name: 'a bind of the parent in the same namespace',
    base: 'shared',
    copies: ['private'],
    bind: 'top other',
    spreads: 1,
  },
  { name: 'a bind of a directory on the way', base: 'shared', copies: ['slave'], bind: 'top/TOKEN other', spreads: 3 },
];

const MAKE = {
  unchanged: ':',
  slave: '--make-rslave',
  private: '--make-rprivate',
  'shared-slave': '--make-rslave',
} as const;

describe.skipIf(process.getuid?.() !== 0)('reach against the kernel (needs root)', () => {
  const beds: Bed[] = [];
  afterAll(async () => {
    for (const bed of beds) await bed.close();
  });

  it.each(SHAPES)('foresees what an unmount takes along: $name', async (shape) => {
    const bed = new Bed();
    beds.push(bed);
    const token = `${beds.length}`.padEnd(64, 'd');
    const pids = await build(bed, shape, token);
    const [shell] = shellKinds();
    if (shell === undefined) throw new Error('no shell');
    let gone = 0;
    for (const nth of [0, 1, 2]) {
      const scan = await scanMounts(new ShellHost(shell), { tokens: [token], pids });
      if (scan.kind === 'unknown') throw scan.error;
      const mine = pids.map((pid) => namespaceOf(pid) ?? 0);
      const { leaks } = findLeaks(
        scan.view,
        [{ kind: 'container', id: token, name: 'x', tokens: [token], paths: [] }],
        [],
      );
      const ours = mine.flatMap((inode) => leaks.filter((leak) => leak.namespace === inode));
      const leak = ours[nth % Math.max(1, ours.length)];
      if (leak === undefined) break;
      const before = presentMounts(pids);
      unmount(leak, pids);
      const after = presentMounts(pids);
      const vanished = [...before].filter((each) => !after.has(each)).sort();
      const foreseen = [
        `${leak.namespace}:${leak.mount.id}`,
        ...leak.reach.spreads.map((each) => `${each.namespace}:${each.mountId}`),
      ];
      expect(vanished).toEqual(foreseen.sort());
      if (nth === 0) expect(leak.reach.spreads).toHaveLength(shape.spreads);
      gone += vanished.length;
    }
    expect(gone).toBeGreaterThan(0);
  });
});

/** The base holds a tmpfs `top` with the leak below it; each copy is a process in a namespace made from the base. */
async function build(bed: Bed, shape: Shape, token: string): Promise<readonly number[]> {
  const top = bed.folder('top');
  bed.folder('other');
  const leak = `mkdir -p ${top}/${token}/merged; mount -t tmpfs leak ${top}/${token}/merged`;
  const bind = (shape.bind ?? '').replace('TOKEN', token).split(' ');
  const binding =
    bind.length < 2
      ? ':'
      : `mkdir -p ${top}/${token}; mount --bind ${bed.directory}/${bind[0]} ${bed.directory}/${bind[1]}`;
  const copies = shape.copies.map((how, index) => {
    const again = how === 'shared-slave' ? 'mount --make-rshared /;' : '';
    const make = how === 'unchanged' ? ':' : `mount ${MAKE[how]} /`;
    return `unshare -m --propagation unchanged sh -ec '${make}; ${again} : > ${bed.directory}/up${index}; exec sleep 1000' & echo $! > ${bed.directory}/pid${index}
      until [ -e ${bed.directory}/up${index} ]; do sleep 0.05; done`;
  });
  const base = await bed.hold(`mount -t tmpfs top ${top}; mount --make-r${shape.base} /; ${binding}; ${leak}
    ${copies.join('\n')}
    echo ready; exec sleep 1000`);
  const others = shape.copies.map((_, index) => Number(readFileSync(`${bed.directory}/pid${index}`, 'utf8')));
  return [base, ...others];
}

function unmount(leak: LeakedMount, pids: readonly number[]): void {
  const pid = pids.find((each) => namespaceOf(each) === leak.namespace);
  execFileSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'umount', leak.mount.point]);
}
