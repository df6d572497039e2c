import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangeReport } from '../../src/core/results.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { startContainer } from './faults/containers.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { leftRunningAfter } from './left-running.ts';
import { findingsOf } from './sweep-steps.ts';
import { tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const DROP_IN = '/etc/systemd/system/docker.service.d/zz-repair.conf';
const STORE = '/var/lib/unbusy/undo/docker.service';

/** A drop-in of docker.service, and the restart that it needs; settings in JSON, which is YAML. */
const playbook = (settings: object, restart: object = {}) =>
  unbusy.file(
    'repair.yml',
    `- name: repair
  hosts: all
  tasks:
    - name: write the drop-in
      systemd_dropin: ${JSON.stringify({ unit: 'docker.service', name: 'zz-repair.conf', settings })}
    - name: restart dockerd
      docker_restart: ${JSON.stringify(restart)}
`,
  );

const HARMLESS = { Service: { Environment: 'UNBUSY_LAB=1' } };

/** dockerd by its pid and the time of its start; equal: it was not restarted. */
const daemon = (host: LabHost) =>
  host.must('systemctl show --property MainPID --property ActiveEnterTimestampMonotonic docker.service');

const hasSetting = async (host: LabHost) =>
  (await host.sh('tr "\\0" "\\n" </proc/$(systemctl show -p MainPID --value docker)/environ | grep -x UNBUSY_LAB=1'))
    .code === 0;

const kept = (host: LabHost) => host.must(`ls ${STORE} 2>/dev/null || :`);

const restartOf = (ran: UnbusyRun): ChangeReport | undefined =>
  tasksOf(ran)
    .flatMap((task) => task.changes)
    .find(({ id }) => id === 'restart');

const taskOf = (ran: UnbusyRun) => tasksOf(ran).find(({ module }) => module === 'docker_restart');

describeLab(
  'a restart of dockerd',
  {
    plain: {},
    kept: { liveRestore: true },
    cut: {},
    broken: {},
    split: { topology: 'child', liveRestore: true, mountFlags: 'slave' },
  },
  (hosts) => {
    test('keeps what live-restore keeps, is confirmed, and is not done twice', async () => {
      await hosts.kept.fresh(async (host) => {
        await startContainer(host, 'web');
        const living = await bystanders(host);
        const before = await daemon(host);
        const file = playbook(HARMLESS);

        const unchanged = await hostState(host);
        const check = await unbusy.playbook([host], file, ['--check']);
        expect(check.code, troubleOf(check)).toBe(3);
        expect(await hostState(host)).toBe(unchanged);

        const ran = await unbusy.playbook([host], file, ['--yes']);
        expect(ran.code, troubleOf(ran)).toBe(0);
        expect(restartOf(ran), troubleOf(ran)).toMatchObject({ outcome: 'changed', risk: 'restart-docker' });
        expect(restartOf(ran)?.note).toContain('kept running: web');
        expect(taskOf(ran)?.result).toMatchObject({
          kept_running: ['web'],
          came_back: [],
          stopped: [],
          api: 'answered',
          leaks_before: 0,
          leaks_after: 0,
        });
        expect(restartOf(ran)?.note).not.toContain('foreign namespaces');
        expect(Number(taskOf(ran)?.result.outage_seconds)).toBeGreaterThan(0);
        expect(await bystanders(host)).toEqual(living);
        const after = await daemon(host);
        expect(after).not.toBe(before);
        expect(await hasSetting(host)).toBe(true);
        expect(await kept(host)).toBe('');
        expect(await host.must('systemctl list-units --all --plain --no-legend "unbusy-*"')).toBe('');

        const again = await unbusy.playbook([host], file, ['--yes']);
        expect(again.code, troubleOf(again)).toBe(0);
        expect(tasksOf(again).map(({ status }) => status)).toEqual(['ok', 'ok']);
        expect(await daemon(host)).toBe(after);
        expect(await bystanders(host)).toEqual(living);
      });
    });

    test('after which somebody holds copies who did not before: they are counted, and named', async () => {
      await hosts.kept.fresh(async (host) => {
        const unit = '[Service]\nMountFlags=private\nExecStart=/bin/sleep infinity\n';
        await host.must(`printf '${unit}' >/etc/systemd/system/hoarder.service && systemctl daemon-reload`);
        await startContainer(host, 'web');
        const starts = { Service: { ExecStartPost: '/usr/bin/systemctl start hoarder.service' } };
        const ran = await unbusy.playbook([host], playbook(starts), ['--yes']);
        expect(ran.code, troubleOf(ran)).toBe(0);
        expect(taskOf(ran)?.result).toMatchObject({ kept_running: ['web'], leaks_before: 0 });
        const after = Number(taskOf(ran)?.result.leaks_after);
        expect(after).toBeGreaterThan(0);
        expect(restartOf(ran)?.note).toContain(
          `MORE mounts of containers in foreign namespaces than before the restart, ${after} after 0, new ones held by unit hoarder.service (${after})`,
        );

        const again = await unbusy.playbook([host], playbook(HARMLESS), ['--yes']);
        expect(again.code, troubleOf(again)).toBe(0);
        expect(taskOf(again)?.result).toMatchObject({ leaks_before: after, leaks_after: after });
        expect(restartOf(again)?.note).not.toContain('foreign namespaces');
      });
    });

    test('out of a namespace of its own keeps what runs, and names what has to be recreated', async () => {
      const host = hosts.split;
      const { pid } = await startContainer(host, 'web');
      const own = await host.must('readlink /proc/1/ns/mnt');
      const namespace = 'readlink /proc/$(systemctl show -p MainPID --value docker)/ns/mnt';
      expect(await host.must(namespace)).not.toBe(own);
      const file = playbook({ Service: { MountFlags: '', PrivateMounts: false } });
      const ran = await unbusy.playbook([host], file, ['--yes']);
      expect(ran.code, troubleOf(ran)).toBe(0);
      expect(taskOf(ran)?.result).toMatchObject({ kept_running: ['web'], recreate: ['web'] });
      expect(restartOf(ran)?.note).toContain('to be recreated: web');
      expect(await host.must(namespace)).toBe(own);
      expect(await host.must('docker inspect -f "{{.State.Pid}}" web')).toBe(String(pid));
      const after = await daemon(host);
      const again = await unbusy.playbook([host], file, ['--yes']);
      expect(again.code, troubleOf(again)).toBe(0);
      expect(await daemon(host)).toBe(after);
    });

    test('whose controller is killed is confirmed by the next run', async () => {
      await hosts.kept.fresh(async (host) => {
        const file = playbook(HARMLESS, { confirm_within: '2m' });
        const pid = await host.must('systemctl show -p MainPID --value docker');
        const child = spawn('node', unbusy.argv([host], ['run', file, '--yes']), { stdio: 'ignore' });
        const gone = once(child, 'close');
        // Not before the restart itself: its program ends with the link, and may end before it has come to that.
        await host.must(`until ls ${STORE}/armed.* 2>/dev/null; do sleep 0.02; done
          until [ "$(systemctl show -p MainPID --value docker)" != ${pid} ]; do sleep 0.02; done`);
        child.kill('SIGKILL');
        await gone;
        expect(await leftRunningAfter(host, 20_000)).toEqual([]);
        await host.must('until docker version >/dev/null 2>&1; do sleep 0.2; done');
        const after = await daemon(host);

        const next = await unbusy.playbook([host], file, ['--yes']);
        expect(next.code, troubleOf(next)).toBe(0);
        expect(tasksOf(next).flatMap(({ changes }) => changes.map(({ id, outcome }) => `${id} ${outcome}`))).toEqual([
          'confirm changed',
        ]);
        expect(await daemon(host)).toBe(after);
        expect(await kept(host)).toBe('');
        expect(await hasSetting(host)).toBe(true);
      });
    });

    test('is left pending where the policy forbids it now, and says what would stop', async () => {
      const host = hosts.plain;
      await startContainer(host, 'forever', '--restart always lab/busybox');
      await startContainer(host, 'once', 'lab/busybox');
      const before = await daemon(host);
      const hour = Number(await host.must('date +%H'));
      const two = (value: number) => String((value + 24) % 24).padStart(2, '0');
      const closed = `${two(hour + 2)}:00-${two(hour + 3)}:00`;

      for (const [restart, why] of [
        [{ policy: 'never' }, 'policy never'],
        [{ policy: 'window', window: closed }, `outside of its window ${closed}`],
        [{ policy: 'when_idle' }, 'would stop forever, once'],
      ] as const) {
        const ran = await unbusy.playbook([host], playbook(HARMLESS, restart), ['--yes']);
        expect(ran.code, troubleOf(ran)).toBe(3);
        expect(taskOf(ran)).toMatchObject({ status: 'would-change' });
        expect(restartOf(ran)).toMatchObject({ outcome: 'pending', note: expect.stringContaining(why) });
        expect(restartOf(ran)?.title).toContain('2 of 2 running stop, 1 may not come back');
        expect(restartOf(ran)?.blast?.join('\n')).toContain('stops and does not come back by itself: once');
      }
      expect(await daemon(host)).toBe(before);

      const open = `${two(hour - 1)}:00-${two(hour + 2)}:00`;
      const ran = await unbusy.playbook([host], playbook(HARMLESS, { policy: 'window', window: open }), ['--yes']);
      expect(ran.code, troubleOf(ran)).toBe(0);
      expect(taskOf(ran)?.result).toMatchObject({ came_back: ['forever'], stopped: ['once'] });
      expect((await bystanders(host)).map(({ name }) => name)).toEqual(['forever']);
      expect(await hasSetting(host)).toBe(true);
      expect(await daemon(host)).not.toBe(before);
    });

    test('with a change that keeps dockerd from starting: the change is taken back, and the host fails', async () => {
      const host = hosts.broken;
      await startContainer(host, 'forever', '--restart always lab/busybox');
      const unchanged = await host.must('cat /etc/systemd/system/docker.service.d/*');
      const file = playbook({ Service: { ExecStart: ['', '/usr/sbin/dockerd --no-such-flag'] } });
      const ran = await unbusy.playbook([host], file, ['--yes']);
      expect(ran.code, troubleOf(ran)).toBe(5);
      const error = taskOf(ran)?.error;
      expect(error?.message).toContain('dockerd did not start with the change');
      expect(error?.message).toContain('unknown flag: --no-such-flag');
      expect(error?.message).toContain(`put back ${DROP_IN}; dockerd answers again`);
      expect(await host.must('cat /etc/systemd/system/docker.service.d/*')).toBe(unchanged);
      expect(await host.must('docker inspect -f "{{.State.Running}}" forever')).toBe('true');
      expect(await host.must('systemctl show -p ActiveState --value docker')).toBe('active');

      // The very same change once more costs no second outage, and does not stay for the next boot either.
      const before = await daemon(host);
      const same = await unbusy.playbook([host], file, ['--yes']);
      expect(same.code, troubleOf(same)).toBe(5);
      expect(taskOf(same)?.changes.map(({ id, outcome }) => `${id.replace(/:.*/, '')} ${outcome}`)).toEqual([
        'acknowledge changed',
        'restore changed',
      ]);
      expect(taskOf(same)?.changes[0]?.why).toContain('dockerd did not start with the change');
      expect(taskOf(same)?.refusals).toMatchObject([{ why: expect.stringContaining('took this very change of') }]);
      expect(await daemon(host)).toBe(before);
      expect((await host.sh(`test -e ${DROP_IN}`)).code).toBe(1);
      expect(await host.must('systemctl show -p NeedDaemonReload --value docker')).toBe('no');
      expect(await host.must('systemctl cat docker.service')).not.toContain('no-such-flag');

      const next = await unbusy.playbook([host], playbook(HARMLESS), ['--yes']);
      expect(next.code, troubleOf(next)).toBe(0);
      expect(taskOf(next)?.changes.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['restart changed']);
      expect(await kept(host)).not.toContain('rejected');
      const last = await unbusy.playbook([host], playbook(HARMLESS), ['--yes']);
      expect(tasksOf(last).flatMap(({ changes }) => changes)).toEqual([]);
    });

    test('after which the link is cut: the host takes the change back by itself, and the next run says so', async () => {
      const host = hosts.cut;
      await startContainer(host, 'forever', '--restart always lab/busybox');
      const before = await daemon(host);
      const file = playbook(HARMLESS, { confirm_within: '30s' });
      const running = unbusy.playbook([host], file, ['--yes']);
      // The watchdog is set, dockerd is about to be restarted: that takes longer than to cut the link.
      await host.must(`until ls ${STORE}/armed.* 2>/dev/null; do sleep 0.02; done`);
      await host.cut();
      const ran = await running;
      expect(ran.code, troubleOf(ran)).toBe(9);
      expect(taskOf(ran)?.error?.message).toContain('the host takes the change back by itself within 30 s');
      await sleep(45_000);
      const healedAt = Date.now();
      await host.heal();

      // Nobody was there to do it: the note is looked for as soon as the link carries again.
      while ((await host.sh(`ls ${STORE}/note.*`)).code !== 0) await sleep(500);
      const backAt = await host.must(`awk '$1 == "note" { print $3 }' ${STORE}/note.*`);
      expect(Number(backAt) * 1000).toBeLessThan(healedAt);
      expect((await host.sh(`test -e ${DROP_IN}`)).code).toBe(1);
      expect(await hasSetting(host)).toBe(false);
      expect(await daemon(host)).not.toBe(before);
      expect(await host.must('docker inspect -f "{{.State.Running}}" forever')).toBe('true');

      const check = await unbusy.playbook([host], file, ['--check']);
      expect(findingsOf(check).join('\n')).toContain('the restart was not confirmed in time');
      const next = await unbusy.playbook([host], file, ['--yes']);
      expect(next.code, troubleOf(next)).toBe(0);
      expect(taskOf(next)?.changes.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
        'acknowledge changed',
        'restart changed',
      ]);
      expect(taskOf(next)?.changes[0]?.why).toContain('the restart was not confirmed in time');
      expect(await hasSetting(host)).toBe(true);
      const after = await daemon(host);
      const last = await unbusy.playbook([host], file, ['--yes']);
      expect(last.code, troubleOf(last)).toBe(0);
      expect(await daemon(host)).toBe(after);
    });
  },
);
