import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { removeContainers, startContainer } from './faults/containers.ts';
import { plantPrivateService } from './faults/leak.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { expectRemoved, harmless } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy } from './unbusy.ts';

const HEAL = join(source('../..'), 'playbooks/heal.yml');
const KNOB = join(source('../..'), 'playbooks/may-detach-mounts.yml');

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const heal = (host: LabHost, ...args: readonly string[]) => unbusy.playbook([host], HEAL, args);

/** Main processes of what heal may restart. */
const processes = (host: LabHost) =>
  host.must('systemctl show -p MainPID --value docker.service containerd.service timekeeper.service ssh.service');

async function expectHealed(host: LabHost): Promise<void> {
  const again = await harmless(host, () => heal(host, '--yes'));
  expect(again.code, troubleOf(again)).toBe(0);
  expect(changesOf(again)).toEqual([]);
  expect(tasksOf(again).map(({ status }) => status)).not.toContain('failed');
}

describeLab(
  'heal (legacy rmdir rule, emulated)',
  { own: { legacyRmdir: true }, child: { legacyRmdir: true, topology: 'child' } },
  (hosts) => {
    test('a service that holds a dead container: freed, mended, proved; dockerd is left alone', async () => {
      await hosts.own.fresh(async (host) => {
        const { dead } = await plantPrivateService(host);
        const check = await harmless(host, () => heal(host, '--check'));
        expect(check.code, troubleOf(check)).toBe(3);

        const [living, before] = [await bystanders(host), (await processes(host)).split('\n')];
        const run = await heal(host, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        await expectRemoved(host, dead);
        expect(await bystanders(host)).toEqual(living);
        const after = (await processes(host)).split('\n');
        expect(after.filter((pid, index) => pid !== before[index])).toHaveLength(1);
        expect(changesOf(run).at(-1)).toBe('restart timekeeper.service (PrivateTmp=yes, MountFlags=private): changed');
        await expectHealed(host);
        await host.must('docker rm -f web');
      });
    });

    test('a sweep that may do nothing: the causes are mended all the same, and the last sweep finds it free', async () => {
      await hosts.own.fresh(async (host) => {
        const { dead } = await plantPrivateService(host);
        const run = await heal(host, '--yes', '-e', '{"release": []}');
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run).slice(-2)).toEqual([
          'restart timekeeper.service (PrivateTmp=yes, MountFlags=private): changed',
          'docker rm app: changed',
        ]);
        await expectRemoved(host, dead);
        await expectHealed(host);
      });
    });

    test('the knob: a kernel that has none and needs none is left alone, and the run says so', async () => {
      await hosts.own.fresh(async (host) => {
        const run = await harmless(host, () => unbusy.playbook([host], KNOB));
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual([]);
        expect(tasksOf(run)[0]?.result).toMatchObject({ exists: false });
        expect(tasksOf(run).map(({ status }) => status)).toEqual(['ok', 'ok']);
      });
    });

    test('Docker as before 18.09: the same, and dockerd leaves the namespace of the host', async () => {
      await hosts.child.fresh(async (host) => {
        const kept = await startContainer(host, 'kept', '--restart always lab/busybox');
        const { dead } = await plantPrivateService(host);
        const check = await harmless(host, () => heal(host, '--check'));
        expect(check.code, troubleOf(check)).toBe(3);

        const run = await heal(host, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        await expectRemoved(host, dead);
        expect(await host.must('systemctl show -p MountFlags --value docker.service')).toBe('slave');
        expect((await bystanders(host)).map(({ id }) => id)).toEqual([kept.id]);
        await expectHealed(host);

        // The fault once more: a service that takes a private copy of the host's mounts, and a container removed under it.
        const next = await startContainer(host, 'next');
        await host.must(`
          rm -r /etc/systemd/system/timekeeper.service.d
          systemctl daemon-reload
          systemctl restart timekeeper.service`);
        expect((await removeContainers(host, [next.id])).get(next.id)).toEqual({ code: 0, error: '' });
      });
    });
  },
);
