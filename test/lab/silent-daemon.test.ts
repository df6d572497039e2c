import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import type { Ran } from './command.ts';
import { describeLab } from './describe-lab.ts';
import { listContainers } from './faults/containers.ts';
import { freezeDockerd } from './faults/daemon.ts';
import { plantMonitors } from './faults/leak.ts';
import { mountsHeld } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { leftRunningAfter } from './left-running.ts';
import { expectFreed, expectNothingToDo, findingsOf, refusalsOf } from './sweep-steps.ts';
import { changesOf, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** A client that waits for the daemon would be one more each time. */
async function expectNoClients(host: LabHost): Promise<void> {
  expect((await host.sh('pgrep -x docker')).stdout).toBe('');
  expect(await leftRunningAfter(host, 0)).toEqual([]);
}

/** What a look says of a daemon that is silent; it ends by itself, and it names what is known without the daemon. */
async function look(host: LabHost, args: readonly string[]): Promise<Ran> {
  const ran = await unbusy.command([host], args);
  expect(ran.stdout, ran.stderr).toContain('cadvisor');
  expect(ran.stdout).toMatch(/was not answered in \d+ s/);
  await expectNoClients(host);
  return ran;
}

describeLab('a Docker daemon that does not answer', { silent: { legacyRmdir: true } }, (hosts) => {
  test('is named; nothing is asked of it again; afterwards the sweep does the rest', async () => {
    const host = hosts.silent;
    const planted = await plantMonitors(host);
    const living = await bystanders(host);
    const { undo } = await freezeDockerd(host);
    try {
      const deadline = ['-e', 'docker_deadline=2s'];
      // Every mount of every namespace; how many processes share one changes by itself.
      const tables = () => host.must('cat /proc/[0-9]*/mountinfo | sort -u');
      const before = await tables();
      const check = await unbusy.sweep([host], ['--check', ...deadline]);
      expect(findingsOf(check).join('\n'), troubleOf(check)).toContain('daemon: the Docker daemon does not answer');
      expect(await tables()).toBe(before);
      await expectNoClients(host);

      expect((await look(host, ['scan'])).code).toBe(3);
      expect((await look(host, ['why', host.name, 'app'])).code).toBe(3);

      const run = await unbusy.sweep([host], deadline);
      expect(run.code, troubleOf(run)).toBe(5);
      expect(refusalsOf(run).join('\n')).toContain('docker rm app: docker ps was not answered in 2 s');
      expect(changesOf(run).filter((line) => line.startsWith('docker rm'))).toEqual([]);
      for (const holder of planted.holders) expect(await mountsHeld(host, holder, planted.dead)).toEqual([]);
      await expectNoClients(host);
      const again = await unbusy.sweep([host], deadline);
      expect([again.code, changesOf(again), refusalsOf(again)]).toEqual([run.code, [], refusalsOf(run)]);
    } finally {
      await undo();
    }
    const listed = await listContainers(host);
    expect(planted.dead.every(({ id }) => listed.has(id))).toBe(true);
    expect(await bystanders(host)).toEqual(living);
    const done = await unbusy.sweep([host]);
    expect(done.code, troubleOf(done)).toBe(0);
    await expectFreed(host, planted);
    expect(await bystanders(host)).toEqual(living);
    await expectNothingToDo(unbusy, host);
  });
});
