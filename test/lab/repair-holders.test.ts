import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { removeContainers, startContainer } from './faults/containers.ts';
import { privateService } from './faults/holders.ts';
import { plantPrivateService, removeAndProve } from './faults/leak.ts';
import { genuine } from './faults/model.ts';
import { mountsHeld, namespaceOf } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { findingsOf, harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy } from './unbusy.ts';

const PLAYBOOK = join(source('../..'), 'playbooks/private-tmp-holders.yml');
const SERVICE = 'timekeeper.service';
const RESTART = `restart ${SERVICE} (PrivateTmp=yes, MountFlags=private)`;

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const vars = (given: Readonly<Record<string, unknown>>) => ['-e', JSON.stringify(given)];
const mend = (host: LabHost, given: Readonly<Record<string, unknown>>, ...args: readonly string[]) =>
  unbusy.playbook([host], PLAYBOOK, [...vars(given), ...args]);

/** Main process and number of automatic restarts of every service that runs, but the one that is meant to be restarted. */
const otherServices = (host: LabHost) =>
  host.must(
    `systemctl show -p Id -p MainPID -p NRestarts '*.service' | awk -v RS= '!/MainPID=0/ && !/${SERVICE}/' | grep -v '^$' | sort`,
  );

const mainPid = (host: LabHost) => host.must(`systemctl show -p MainPID --value ${SERVICE}`);

// A host that fails in a play with batches stops the run (exit 6), whether a step failed or was refused.
describeLab(
  'services that hold (legacy rmdir rule, emulated)',
  { first: { legacyRmdir: true }, second: { legacyRmdir: true } },
  (hosts) => {
    test('named, refused on the never list or without consent, then restarted alone; a restart is no cure', async () => {
      await hosts.first.fresh(async (host) => {
        const planted = await plantPrivateService(host);
        const [holder] = planted.holders;
        genuine(holder !== undefined, 'no holder');

        const report = await harmless(host, () => mend(host, { remedy: 'report' }));
        expect(report.code, troubleOf(report)).toBe(0);
        expect(changesOf(report)).toEqual([]);
        expect(findingsOf(report)).toContainEqual(
          `leak: unit ${SERVICE} (PrivateTmp=yes, MountFlags=private) holds 1 mount of container app, gone from the host`,
        );

        const check = await harmless(host, () => mend(host, { remedy: 'restart' }, '--check'));
        expect(check.code, troubleOf(check)).toBe(3);
        expect(changesOf(check)).toEqual([`${RESTART}: planned`]);

        const guarded = await harmless(host, () => mend(host, { remedy: 'restart', never: ['timekeeper'] }, '--yes'));
        expect(guarded.code, troubleOf(guarded)).toBe(6);
        expect(changesOf(guarded)).toEqual([]);
        expect(refusalsOf(guarded).join('\n')).toContain('timekeeper is on the never list');
        const unasked = await harmless(host, () =>
          unbusy.command([host], ['run', PLAYBOOK, ...vars({ remedy: 'restart' })]),
        );
        expect(unasked.code, unasked.stderr).toBe(6);

        const [living, others, pid] = [await bystanders(host), await otherServices(host), await mainPid(host)];
        const run = await mend(host, { remedy: 'restart' }, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual([`${RESTART}: changed`]);
        expect(await otherServices(host)).toBe(others);
        expect(await bystanders(host)).toEqual(living);
        expect(await mainPid(host)).not.toBe(pid);
        const now = { ...holder, table: `cat /proc/${await mainPid(host)}/mountinfo` };
        expect(await mountsHeld(host, now, planted.dead)).toEqual([]);
        await host.must('docker rm app');

        const again = await harmless(host, () => mend(host, { remedy: 'restart' }, '--yes'));
        expect(again.code, troubleOf(again)).toBe(0);
        expect(changesOf(again)).toEqual([]);
        // It copied what ran when it was started, so that leaks next: this is what the drop-in is for.
        expect(findingsOf(again).join('\n')).toContain('latent: unit timekeeper.service');
        const web = await host.must('docker inspect -f {{.Id}} web');
        expect((await removeContainers(host, [web])).get(web)?.error).toContain('device or resource busy');
      });
    });

    test('with MountFlags=slave it hears: what it had copied goes, and no removal is busy any more', async () => {
      await hosts.second.fresh(async (host) => {
        await plantPrivateService(host);
        const check = await harmless(host, () => mend(host, {}, '--check'));
        expect(check.code, troubleOf(check)).toBe(3);
        const dropIn = `set MountFlags=slave for ${SERVICE}`;
        expect(changesOf(check)).toEqual([`${dropIn}: planned`, `${RESTART}: planned`]);

        const [living, others, pid] = [await bystanders(host), await otherServices(host), await mainPid(host)];
        const run = await mend(host, {}, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual([`${dropIn}: changed`, `${RESTART}: changed`]);
        expect(await otherServices(host)).toBe(others);
        expect(await bystanders(host)).toEqual(living);
        expect(await mainPid(host)).not.toBe(pid);
        expect(await host.must(`systemctl show -p MountFlags --value ${SERVICE}`)).toBe('slave');
        expect(await namespaceOf(host, Number(await mainPid(host)))).not.toBe(await namespaceOf(host, 1));

        const again = await harmless(host, () => mend(host, {}, '--yes'));
        expect(again.code, troubleOf(again)).toBe(0);
        expect(changesOf(again)).toEqual([]);
        expect(findingsOf(again)).toEqual([]);
        await host.must('docker rm app; docker rm -f web');
      });
    });

    test('a restart that was cut off after the drop-in is done by the next run', async () => {
      await hosts.second.fresh(async (host) => {
        await plantPrivateService(host);
        await host.must(`
          mkdir -p /etc/systemd/system/${SERVICE}.d
          printf '[Service]\\nMountFlags=slave\\n' >/etc/systemd/system/${SERVICE}.d/10-ours.conf
          systemctl daemon-reload`);
        const run = await mend(host, {}, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual([
          expect.stringMatching(/^restart timekeeper.service \(PrivateTmp=yes, MountFlags=slave\): changed$/),
        ]);
        await host.must('docker rm app; docker rm -f web');
      });
    });

    test('what would take dockerd along, or would not come back, is refused', async () => {
      await hosts.first.fresh(async (host) => {
        await plantPrivateService(host);
        await host.must(`
          mkdir -p /etc/systemd/system/docker.service.d
          printf '[Unit]\\nRequires=${SERVICE}\\n' >/etc/systemd/system/docker.service.d/needs.conf
          systemctl daemon-reload`);
        const bound = await harmless(host, () => mend(host, {}, '--yes'));
        expect(bound.code, troubleOf(bound)).toBe(6);
        expect(changesOf(bound)).toEqual([]);
        expect(refusalsOf(bound).join('\n')).toContain('systemd would restart docker.service along with it');
        await host.must(`
          rm /etc/systemd/system/docker.service.d/needs.conf /etc/systemd/system/${SERVICE}
          systemctl daemon-reload`);
        const gone = await harmless(host, () => mend(host, { remedy: 'restart' }, '--yes'));
        expect(gone.code, troubleOf(gone)).toBe(6);
        expect(refusalsOf(gone).join('\n')).toContain('so it would not start again');
      });
    });

    test('a service that does not come up again: failed at once, with its state', async () => {
      await hosts.first.fresh(async (host) => {
        await plantPrivateService(host);
        await host.must(`
          sed -i 's|^ExecStart=.*|ExecStart=/bin/sh -c "sleep 0.3; exit 3"|' /etc/systemd/system/${SERVICE}
          systemctl daemon-reload`);
        const run = await mend(host, { remedy: 'restart' }, '--yes');
        expect(run.code, troubleOf(run)).toBe(6);
        const [task] = tasksOf(run);
        expect(task?.error?.code).toBe('E_VERIFY');
        expect(task?.error?.message).toContain(`${SERVICE} was restarted and does not run now: failed (failed)`);
      });
    });

    test('mounts that are private on the host, as before Docker 17.12.1: no setting helps, a restart does for what is gone', async () => {
      await hosts.second.fresh(async (host) => {
        await host.must(`
          mount --bind /var/lib/docker/overlay2 /var/lib/docker/overlay2
          mount --make-private /var/lib/docker/overlay2`);
        await startContainer(host, 'web');
        const app = await startContainer(host, 'app');
        const holder = await privateService(host);
        await host.must(
          `sed -i '/MountFlags/d' /etc/systemd/system/${SERVICE}; systemctl daemon-reload; systemctl restart ${SERVICE}`,
        );
        const pid = Number(await mainPid(host));
        await removeAndProve(
          host,
          [app],
          [{ ...holder, pid, namespace: await namespaceOf(host, pid), table: `cat /proc/${pid}/mountinfo` }],
        );
        const run = await mend(host, {}, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual([`restart ${SERVICE} (PrivateTmp=yes): changed`]);
        await host.must('docker rm app');
        const again = await harmless(host, () => mend(host, {}, '--yes'));
        expect(again.code, troubleOf(again)).toBe(0);
        expect(changesOf(again)).toEqual([]);
        const findings = tasksOf(again).flatMap(({ findings: each }) => each);
        expect(findings.map(({ kind, cause }) => `${kind}: ${cause}`)).toEqual([
          expect.stringMatching(/^latent: the mounts are private on the host/),
        ]);
      });
    });
  },
);
