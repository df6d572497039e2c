import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { startContainer } from './faults/containers.ts';
import { plantBusyDevice, plantLeftoverBind, plantSharedBind } from './faults/leftover.ts';
import { plantImmutableFile, plantOpenDirectory } from './faults/not-a-leak.ts';
import type { LabHost } from './host.ts';
import { expectNothingToDo, expectRemoved, findingsOf, harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** The tree that `why` prints, and its exit code. */
async function why(host: LabHost, target: string, code: number): Promise<string> {
  const ran = await harmless(host, () => unbusy.command([host], ['why', host.name, target]));
  expect(ran.code, ran.stdout + ran.stderr).toBe(code);
  return ran.stdout;
}

describeLab('what no sweep frees (kernel without the legacy rule)', { plain: {} }, (hosts) => {
  test('nothing is dead: a sweep and a scan change nothing', async () => {
    await hosts.plain.fresh(async (host) => {
      await startContainer(host, 'web');
      await expectNothingToDo(unbusy, host);
      const scan = await harmless(host, () => unbusy.command([host], ['scan', '--json']));
      expect(scan.code, scan.stderr).toBe(0);
    });
  });

  test('an immutable file is named, and nothing is tried on it', async () => {
    await hosts.plain.fresh(async (host) => {
      const { dead, file } = await plantImmutableFile(host);
      for (const args of [['--check'], [], []]) {
        const ran = await harmless(host, () => unbusy.sweep([host], args));
        expect(ran.code, troubleOf(ran)).toBe(5);
        expect(changesOf(ran)).toEqual([]);
        expect(refusalsOf(ran).join('\n')).toContain(`${file} is immutable`);
        expect(findingsOf(ran).join('\n')).toContain('not-a-leak: dead container app has the immutable file');
      }
      expect(await why(host, 'app', 3)).toContain(file);
      await host.must(`chattr -i ${file}`);
      const living = await bystanders(host);
      const freed = await unbusy.sweep([host]);
      expect(freed.code, troubleOf(freed)).toBe(0);
      await expectRemoved(host, [dead]);
      expect(await bystanders(host)).toEqual(living);
      await expectNothingToDo(unbusy, host);
    });
  });

  test('a directory that a process of the host has open is no leak, and the process lives on', async () => {
    await hosts.plain.fresh(async (host) => {
      const { removed, pid } = await plantOpenDirectory(host);
      await expectNothingToDo(unbusy, host);
      expect(await why(host, removed.id, 0)).toContain('no mount of it in any namespace');
      expect(await host.must(`cat /proc/${pid}/comm`)).toBe('sleep');
    });
  });

  test('a removed container under a bind: why names who has it', async () => {
    await hosts.plain.fresh(async (host) => {
      const { removed, holders } = await plantLeftoverBind(host);
      const tree = await why(host, removed.merged, 3);
      expect(tree).toContain('container inspector');
      expect(tree).toContain('/inspected');
      expect(tree).not.toContain('container web');
      await expectNothingToDo(unbusy, host);
      expect(holders.length).toBe(1);
    });
  });

  test('a removed container that host and agent share: nothing is unmounted, the living one keeps its bind', async () => {
    await hosts.plain.fresh(async (host) => {
      const { live } = await plantSharedBind(host);
      await expectNothingToDo(unbusy, host);
      const tree = await why(host, '/srv/app', 3);
      expect(tree).toContain('/host/srv/app');
      expect(tree).toContain('container storage-agent');
      expect(await host.must(`grep -c ' ${live} ' /proc/1/mountinfo`)).toBe('1');
    });
  });

  test('a busy device: why names who has it mounted, by name and by number', async () => {
    await hosts.plain.fresh(async (host) => {
      const { device, majorMinor, holders } = await plantBusyDevice(host);
      for (const target of [device, majorMinor]) {
        const tree = await why(host, target, 3);
        expect(tree).toContain('container cadvisor');
        for (const point of holders.flatMap(({ mounts }) => mounts)) expect(tree).toContain(point);
      }
      await expectNothingToDo(unbusy, host);
    });
  });
});
