import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quotePosix } from '../../../src/core/text.ts';
import { findOpeners } from '../../../src/programs/find-openers.ts';
import { type MountWitness, releaseMount } from '../../../src/programs/release-mount.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed } from '../scan/bed.ts';
import { tableOf, witnessAt } from './witness.ts';

const able = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (!able) console.warn('LEFT OUT: release-mount needs root and mount namespaces of Linux');

const TOOLS = ['perl', 'python', 'umount', 'busybox'] as const;

describe.skipIf(!able).each(shellKinds())('release-mount under $name', (shell) => {
  const host = new ShellHost(shell);
  // Applets alone have no perl or python; the tools that the program itself looks up in the host's directories are there.
  const tools = TOOLS.filter((tool) => shell.name !== 'busybox' || tool === 'umount' || tool === 'busybox');
  let bed: Bed;
  beforeAll(() => {
    bed = new Bed();
  });
  afterAll(() => bed.close());

  /** A namespace in which tmpfs are mounted on these names; what comes after runs before it says that it is ready. */
  async function leak(names: readonly string[], after = ''): Promise<{ pid: number; points: readonly string[] }> {
    const base = bed.folder(`leak-${count++}`);
    const points = names.map((name) => join(base, name));
    for (const point of points) mkdirSync(point, { recursive: true });
    const mounts = points.map((point) => `mount -t tmpfs leak ${quotePosix(point)}`);
    const pid = await bed.hold(
      [...mounts, after.replaceAll('BASE', quotePosix(base)), 'echo ready', 'sleep 300'].join('\n'),
    );
    return { pid, points };
  }
  let count = 0;

  const mounted = (pid: number) =>
    tableOf(pid)
      .filter((mount) => mount.source === 'leak')
      .map((mount) => mount.point);
  const plain = (witness: MountWitness, tool?: (typeof TOOLS)[number]) =>
    releaseMount(host, witness, { mode: 'plain', ...(tool === undefined ? {} : { tools: [tool] }) });

  it.each(tools)('unmounts by %s, whatever the path is called', async (tool) => {
    const names = NASTY_NAMES.filter((name) => !name.includes('/') && name !== '..' && name !== '.');
    const { pid, points } = await leak(names);
    for (const point of points) {
      expect(await plain(witnessAt(pid, point), tool), JSON.stringify(point)).toMatchObject({ kind: 'done' });
    }
    expect(mounted(pid)).toEqual([]);
  });

  // A busybox asks its own stat.
  it.skipIf(shell.name === 'busybox')(
    'takes a namespace that ends right before it is entered for one that is gone',
    async () => {
      const { pid, points } = await leak(['a']);
      const bin = bed.folder(`bin-${count++}`);
      const file = join(bin, 'ns');
      symlinkSync(`/proc/${pid}/ns/mnt`, file);
      // The first look finds it; then it is gone.
      const stat = `#!/bin/sh\nPATH=/usr/bin:/bin\nstat "$@"\ncode=$?\nrm ${quotePosix(file)}\nexit "$code"\n`;
      writeFileSync(join(bin, 'stat'), stat, { mode: 0o755 });
      const losing = new ShellHost({ ...shell, path: `${bin}:${shell.path}` });
      const witness = { ...witnessAt(pid, points[0] ?? ''), file };
      expect(await releaseMount(losing, witness, { mode: 'plain' })).toEqual({
        kind: 'stale',
        found: 'the namespace is gone',
      });
      expect(mounted(pid)).toEqual(points);
    },
  );

  const CHANGES: Readonly<Record<string, Partial<MountWitness>>> = {
    'mount id': { id: 999_999_999 },
    'parent id': { parent: 1 },
    "parent's peer group": { parentShared: 77 },
    device: { device: '0:1' },
    root: { root: '/elsewhere' },
    'file system type': { fstype: 'overlay' },
    'start time': { startTime: '1' },
    namespace: { namespace: 4_026_531_840 },
  };
  it.each(tools)('does nothing by %s if anything differs, and acts once nothing does', async (tool) => {
    const { pid, points } = await leak(['a', 'b']);
    const [first = '', second = ''] = points;
    const witness = witnessAt(pid, first);
    for (const [what, change] of Object.entries(CHANGES)) {
      expect(await plain({ ...witness, ...change }, tool), what).toMatchObject({ kind: 'stale' });
    }
    expect(await plain({ ...witness, point: second }, tool), 'mount point').toMatchObject({ kind: 'stale' });
    expect(mounted(pid)).toEqual(points);
    expect(await plain(witness, tool)).toMatchObject({ kind: 'done' });
    expect(mounted(pid)).toEqual([second]);
    expect(await plain(witness, tool), 'a second time').toMatchObject({ kind: 'stale' });
  });

  it.each(tools)('does not touch by %s a mount that carries another, or that another hides', async (tool) => {
    const { pid, points } = await leak(['a'], 'mkdir BASE/a/inner; mount -t tmpfs leak BASE/a/inner');
    const [point = ''] = points;
    const answer = await plain(witnessAt(pid, point), tool);
    expect(answer).toMatchObject({ kind: 'busy' });
    expect(JSON.stringify(answer)).toContain('inner');
    const hidden = await leak(['deep/a'], 'mount -t tmpfs other BASE/deep');
    const over = await plain(witnessAt(hidden.pid, hidden.points[0] ?? ''), tool);
    expect(over).toMatchObject({ kind: 'stale' });
    expect(mounted(pid).length + mounted(hidden.pid).length).toBe(3);
  });

  it.each(tools)('says by %s that a mount in use is busy; lazily it goes', async (tool) => {
    const { pid, points } = await leak(['a'], 'exec 5>BASE/a/file; cd BASE/a');
    const [point = ''] = points;
    const witness = witnessAt(pid, point);
    // umount(8) has one exit number for every failure; its words are for people.
    expect((await plain(witness, tool)).kind).toBe(tool === 'perl' || tool === 'python' ? 'busy' : 'failed');
    expect(mounted(pid)).toEqual([point]);
    const { namespace, device, id } = witness;
    const found = await findOpeners(host, { namespace, point, device, ids: [id] });
    if (found.kind !== 'known') throw found.error;
    expect(found.openers.map((each) => each.how).sort()).toContain('cwd');
    expect(found.openers.map((each) => `${each.pid} ${each.how} ${each.what}`)).toContain(`${pid} fd 5`);
    expect(await releaseMount(host, witness, { mode: 'lazy', tools: [tool] })).toMatchObject({ kind: 'done' });
    expect(mounted(pid)).toEqual([]);
  });

  it.each(tools)('enters by %s a root with no program but one that waits', async (tool) => {
    const base = bed.folder(`scratch-${count++}`);
    const script = `mount -t tmpfs root ${base}; cd ${base}; mkdir old dead; cp "$(readlink -f /bin/busybox)" busybox
      mount -t tmpfs leak dead; pivot_root . old; /busybox umount -l /old; echo ready; exec /busybox sleep 300`;
    const pid = await bed.hold(script);
    expect(spawnSync('nsenter', ['-t', String(pid), '-m', 'umount', '/dead']).status, 'its own umount').not.toBe(0);
    const witness = witnessAt(pid, '/dead');
    // libmount wants a /proc in the namespace; then the static busybox has its turn.
    if (tool === 'umount') expect((await plain(witness, tool)).kind).toBe('failed');
    const tools = tool === 'umount' ? (['umount', 'busybox'] as const) : [tool];
    expect(await releaseMount(host, witness, { mode: 'plain', tools })).toMatchObject({ kind: 'done' });
    expect(mounted(pid)).toEqual([]);
  });

  it('says that there is no tool, and that an argument is bad', async () => {
    const { pid, points } = await leak(['a']);
    const witness = witnessAt(pid, points[0] ?? '');
    expect(await releaseMount(host, witness, { mode: 'plain', tools: [] })).toMatchObject({ kind: 'failed' });
    expect((await plain({ ...witness, point: `${points[0]}/../a` })).kind).toBe('failed');
    expect((await plain({ ...witness, point: 'a' })).kind).toBe('failed');
    expect(mounted(pid)).toEqual(points);
  });
});
