import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import {
  plantMany,
  plantMonitors,
  plantPinnedNamespace,
  plantPrivateService,
  plantScratchAgent,
  plantStrayThread,
} from './faults/leak.ts';
import type { PlantedLeak } from './faults/model.ts';
import { plantOldNamespaceShims, plantSharedPeers } from './faults/old-namespace.ts';
import type { LabHost } from './host.ts';
import { expectFreed, expectNothingToDo, harmless } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy } from './unbusy.ts';

const split = { topology: 'child', legacyRmdir: true, liveRestore: true } as const;

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** The life of a scenario: check changes nothing, run frees, what lives still lives, a second run changes nothing. */
async function expectSweep(host: LabHost, planted: PlantedLeak): Promise<void> {
  const living = await bystanders(host);
  const check = await harmless(host, () => unbusy.sweep([host], ['--check']));
  expect(check.code, troubleOf(check)).toBe(3);
  expect(changesOf(check).length).toBeGreaterThan(0);

  const run = await unbusy.sweep([host]);
  expect(run.code, troubleOf(run)).toBe(0);
  expect(tasksOf(run).some((task) => task.status === 'changed')).toBe(true);
  await expectFreed(host, planted);
  expect(await bystanders(host)).toEqual(living);
  await expectNothingToDo(unbusy, host);
}

describeLab(
  'a sweep (legacy rmdir rule, emulated)',
  {
    old: { topology: 'own-service', legacyRmdir: true },
    slave: { ...split, mountFlags: 'slave' },
    shared: { ...split, mountFlags: 'shared' },
  },
  (hosts) => {
    test.each([
      ['two monitors', plantMonitors],
      ['an agent from a scratch image', plantScratchAgent],
      ['a service with a private namespace', plantPrivateService],
      ['a thread with a namespace of its own', plantStrayThread],
      ['a namespace without a process', plantPinnedNamespace],
      ['three holders of twenty dead', plantMany],
    ])('frees a container from %s', async (_, plant) => {
      await hosts.old.fresh(async (host) => expectSweep(host, await plant(host)));
    });

    test('frees a container from shims that were left in an old namespace', async () => {
      await hosts.slave.fresh(async (host) => expectSweep(host, await plantOldNamespaceShims(host)));
    });

    test('frees a container whose holders share their mounts, without harm', async () => {
      await hosts.shared.fresh(async (host) => expectSweep(host, await plantSharedPeers(host)));
    });
  },
);
