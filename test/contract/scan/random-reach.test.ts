import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { treesOf } from '../../../src/mounts/tree.ts';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf, presentMounts } from './bed.ts';

const FOLDERS = ['a', 'b', 'a/inner', 'c'] as const;
const folder = fc.constantFrom(...FOLDERS);
const nth = fc.nat({ max: 3 });

/** One step on the way to a topology; the namespace is chosen among those that are there. */
const step = fc.oneof(
  fc.record({ do: fc.constant('bind' as const), in: nth, from: folder, to: folder }),
  fc.record({ do: fc.constant('rbind' as const), in: nth, from: folder, to: folder }),
  fc.record({
    do: fc.constant('make' as const),
    in: nth,
    what: fc.constantFrom('shared', 'slave', 'private'),
    at: folder,
  }),
  fc.record({ do: fc.constant('copy' as const), in: nth, how: fc.constantFrom('unchanged', 'slave', 'shared') }),
  fc.record({ do: fc.constant('leak' as const), in: nth, at: folder }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const topologies = fc.array(step, { minLength: 6, maxLength: 14 });
const SEED = 20_261_121;
const RUNS = 12;

/** A host in small: namespaces in which steps are done with the machine's own mount. */
class Topology {
  readonly pids: number[] = [];
  readonly #bed: Bed;
  readonly #token: string;

  constructor(bed: Bed, token: string) {
    this.#bed = bed;
    this.#token = token;
  }

  async start(): Promise<void> {
    const top = this.#bed.folder('top');
    const folders = FOLDERS.map((name) => `${top}/${name}/${this.#token}/merged`).join(' ');
    this.pids.push(
      await this.#bed.hold(
        `mount -t tmpfs top ${top}; mount --make-shared ${top}; mkdir -p ${folders}; echo ready; exec sleep 1000`,
      ),
    );
  }

  async take(each: Step): Promise<void> {
    const pid = this.pids[each.in % this.pids.length] ?? 0;
    const at = (name: string) => `${this.#bed.directory}/top/${name}`;
    switch (each.do) {
      case 'bind':
      case 'rbind':
        return this.mount(pid, [`--${each.do}`, at(each.from), at(each.to)]);
      case 'make':
        return this.mount(pid, [`--make-r${each.what}`, at(each.at)]);
      case 'leak':
        return this.mount(pid, ['-t', 'tmpfs', 'leak', `${at(each.at)}/${this.#token}/merged`]);
      case 'copy': {
        if (this.pids.length > 3) return;
        const make = each.how === 'unchanged' ? ':' : `mount --make-r${each.how} /`;
        const enter = ['nsenter', `--mount=/proc/${pid}/ns/mnt`, 'unshare', '-m', '--propagation', 'unchanged'];
        this.pids.push(await this.#bed.hold(`${make}; echo ready; exec sleep 1000`, enter));
      }
    }
  }

  /** A step that the kernel refuses is no step. */
  mount(pid: number, words: readonly string[]): void {
    try {
      execFileSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'mount', ...words], { stdio: 'ignore' });
    } catch {
      // For instance a slave of what is not shared.
    }
  }
}

describe.skipIf(process.getuid?.() !== 0)('reach against the kernel, at random (needs root)', () => {
  const beds: Bed[] = [];
  let checked = 0;
  let spread = 0;
  afterAll(async () => {
    for (const bed of beds) await bed.close();
  });

  it.each(fc.sample(topologies, { seed: SEED, numRuns: RUNS }).map((steps, index) => ({ steps, index })))(
    'never takes along what was not foreseen ($index)',
    async ({ steps, index }) => {
      const bed = new Bed();
      beds.push(bed);
      const token = `${index}`.padStart(64, 'c');
      const topology = new Topology(bed, token);
      await topology.start();
      for (const each of steps) await topology.take(each);
      const [shell] = shellKinds();
      if (shell === undefined) throw new Error('no shell');
      const scan = await scanMounts(new ShellHost(shell), { tokens: [token], pids: topology.pids });
      if (scan.kind === 'unknown') throw scan.error;
      const target = { kind: 'container', id: token, name: 'x', tokens: [token], paths: [] } as const;
      const mine = new Set(topology.pids.map((pid) => namespaceOf(pid)));
      const { leaks } = findLeaks(scan.view, [target], []);
      const trees = new Map(treesOf(scan.view).map((tree) => [tree.namespace.inode, tree]));
      const free = leaks.filter(
        (leak) => mine.has(leak.namespace) && trees.get(leak.namespace)?.hidersOf(leak.mount).length === 0,
      );
      const leak = free[index % Math.max(1, free.length)];
      if (leak === undefined) return;
      const pid = topology.pids.find((each) => namespaceOf(each) === leak.namespace);
      const before = presentMounts(topology.pids);
      execFileSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'umount', '-l', leak.mount.point]);
      const after = presentMounts(topology.pids);
      const vanished = [...before].filter((each) => !after.has(each)).sort();
      const itself = `${leak.namespace}:${leak.mount.id}`;
      const below = scan.view.namespaces.flatMap((each) => (each.mounts ?? []).map((mount) => ({ each, mount })));
      const foreseen = new Set([itself, ...leak.reach.spreads.map((each) => `${each.namespace}:${each.mountId}`)]);
      // A lazy unmount takes what is mounted below along; in the plan those are leaks of their own, or a refusal.
      for (let size = 0; size !== foreseen.size; ) {
        size = foreseen.size;
        for (const { each, mount } of below)
          if (foreseen.has(`${each.inode}:${mount.parent}`)) foreseen.add(`${each.inode}:${mount.id}`);
      }
      expect(vanished.filter((each) => !foreseen.has(each))).toEqual([]);
      expect(vanished).toContain(itself);
      checked++;
      spread += vanished.length - 1;
    },
  );

  it('was worth the while', () => {
    expect(checked).toBeGreaterThan(RUNS / 3);
    expect(spread).toBeGreaterThan(0);
  });
});
