import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskResult } from '../../src/core/results.ts';
import { describeLab } from './describe-lab.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { changesOf, tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** Runs these tasks, each given as the text below its module. */
function tasks(host: LabHost, list: readonly string[], args: readonly string[] = []): Promise<UnbusyRun> {
  const body = list.map((task, index) => `    - name: task ${index}\n      ${task}\n`).join('');
  const file = unbusy.file('units.yml', `- name: units\n  hosts: all\n  tasks:\n${body}`);
  return unbusy.playbook([host], file, args);
}

/** Runs one task that must fail, and gives its result; the host's state must be as before. */
async function refused(host: LabHost, task: string, args: readonly string[] = []): Promise<TaskResult> {
  const before = await hostState(host);
  const ran = await tasks(host, [task], args);
  expect(ran.code, troubleOf(ran)).toBe(5);
  expect(await hostState(host)).toBe(before);
  const [result] = tasksOf(ran);
  if (result === undefined) throw new Error(troubleOf(ran));
  return result;
}

const messageOf = (result: TaskResult): string => result.error?.message ?? '';

/** A service of ours that runs, starts with the host and has no drop-ins. */
const startKettle = (host: LabHost) =>
  host.must(`
    printf '[Service]\\nExecStart=/bin/sleep 1d\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/kettle.service
    systemctl daemon-reload
    systemctl -q enable --now kettle`);

const DROP_IN = '/etc/systemd/system/kettle.service.d/10-tmp.conf';

const REPAIR = [
  'systemd_dropin: {unit: kettle.service, name: 10-tmp.conf, settings: {Service: {PrivateTmp: true}}}',
  'systemd_dropin: {unit: docker.service, name: 10-env.conf, settings: {Service: {Environment: A=1}}}',
  'json_keys: {path: /etc/docker/daemon.json, keys: {log-opts: {max-file: "3"}}, restarts: docker.service}',
  'sysctl: {key: net.ipv4.conf.all.log_martians, value: 1}',
  'systemd_unit: {name: kettle.service, state: stopped, enabled: false}',
];

describeLab('modules for units and their configuration', { a: {}, b: {} }, (hosts) => {
  test('each does what is wanted once, and nothing in check mode or the second time', async () => {
    await hosts.a.fresh(async (host) => {
      await startKettle(host);
      await host.must('mount -o remount,rw,bind /proc/sys/net 2>/dev/null || mount -o remount,rw /proc/sys');
      await host.must('printf \'{\\r\\n   "log-opts": {"max-size": "1m"}\\r\\n}\' >/etc/docker/daemon.json');
      const before = await hostState(host);
      const check = await tasks(host, REPAIR, ['--check']);
      expect(check.code, troubleOf(check)).toBe(3);
      expect(changesOf(check)).toHaveLength(7);
      expect(await hostState(host)).toBe(before);

      const run = await tasks(host, REPAIR, ['--yes']);
      expect(run.code, troubleOf(run)).toBe(0);
      expect(changesOf(run)).toEqual([
        `create ${DROP_IN}: changed`,
        'create /etc/systemd/system/docker.service.d/10-env.conf: changed',
        'edit /etc/docker/daemon.json: changed',
        'set net.ipv4.conf.all.log_martians to 1: changed',
        'write net.ipv4.conf.all.log_martians to /etc/sysctl.d/60-unbusy.conf: changed',
        'stop kettle.service: changed',
        'disable kettle.service: changed',
      ]);
      expect(
        await host.must(`cat ${DROP_IN}; systemctl show -p PrivateTmp -p NeedDaemonReload -p ActiveState kettle`),
      ).toBe('[Service]\nPrivateTmp=yes\nPrivateTmp=yes\nActiveState=inactive\nNeedDaemonReload=no');
      expect(await host.must('cat /etc/docker/daemon.json')).toBe(
        '{\r\n   "log-opts": {"max-size": "1m", "max-file": "3"}\r\n}',
      );
      expect(await host.must('cat /proc/sys/net/ipv4/conf/all/log_martians /etc/sysctl.d/60-unbusy.conf')).toBe(
        '1\nnet.ipv4.conf.all.log_martians = 1',
      );
      // What held the files before is kept for the restart that depends on them.
      expect(await host.must('ls -A /var/lib/unbusy/undo/docker.service')).not.toBe('');

      const after = await hostState(host);
      const again = await tasks(host, REPAIR, ['--yes']);
      expect(again.code, troubleOf(again)).toBe(0);
      expect(changesOf(again)).toEqual([]);
      expect(await hostState(host)).toBe(after);

      const gone = await tasks(host, ['systemd_dropin: {unit: kettle.service, name: 10-tmp.conf, state: absent}']);
      expect(changesOf(gone)).toEqual([`remove ${DROP_IN}: changed`]);
      expect(
        await host.must('ls -A /etc/systemd/system/kettle.service.d || systemctl show -p DropInPaths kettle'),
      ).toBe('DropInPaths=');
    });
  });

  test('a restart restarts, each time that it is asked for', async () => {
    await hosts.a.fresh(async (host) => {
      await startKettle(host);
      const pid = () => host.must('systemctl show -p MainPID --value kettle');
      const restart = ['systemd_unit: {name: kettle.service, state: restarted}'];
      const pids = [await pid()];
      for (const _ of [1, 2]) {
        const ran = await tasks(host, restart, ['--yes']);
        expect(ran.code, troubleOf(ran)).toBe(0);
        expect(changesOf(ran)).toEqual(['restart kettle.service: changed']);
        pids.push(await pid());
      }
      expect(new Set(pids).size).toBe(3);
      await host.must(
        'systemctl stop kettle; mv /etc/systemd/system/kettle.service /usr/lib/systemd/system/; systemctl -q reenable kettle; systemctl mask kettle',
      );
      const masked = await refused(host, 'systemd_unit: {name: kettle.service, state: started}');
      expect(messageOf(masked)).toBe('kettle.service: is masked, so nobody can start it');
      const dropIn =
        'systemd_dropin: {unit: kettle.service, name: 10-tmp.conf, settings: {Service: {PrivateTmp: true}}}';
      expect(messageOf(await refused(host, dropIn))).toBe('kettle.service: is masked, so a drop-in has no effect');
      const started = ['systemd_unit: {name: kettle.service, masked: false, enabled: true, state: started}'];
      const ran = await tasks(host, started);
      expect(changesOf(ran), troubleOf(ran)).toEqual([
        'unmask kettle.service: changed',
        'start kettle.service: changed',
      ]);
      expect(changesOf(await tasks(host, started))).toEqual([]);
    });
  });

  test('a run that was cut between the file and the restart is finished by the next one', async () => {
    await hosts.a.fresh(async (host) => {
      await startKettle(host);
      const pid = () => host.must('systemctl show -p MainPID --value kettle');
      const dropIn = REPAIR[0] ?? '';
      const restart = 'systemd_unit: {name: kettle.service, state: restarted}';
      const whole = unbusy.file(
        'whole.yml',
        `- name: whole
  hosts: all
  tasks:
    - name: the drop-in
      ${dropIn}
      notify: brew again
  handlers:
    - name: brew again
      ${restart}
`,
      );
      const old = await pid();
      expect((await tasks(host, [dropIn])).code).toBe(0);
      expect(await pid()).toBe(old);
      const cut = await unbusy.playbook([host], whole, ['--yes']);
      expect(changesOf(cut), troubleOf(cut)).toEqual(['restart kettle.service: changed']);
      const fresh = await pid();
      expect(fresh).not.toBe(old);
      const again = await unbusy.playbook([host], whole, ['--yes']);
      expect([again.code, changesOf(again)], troubleOf(again)).toEqual([0, []]);
      expect(await pid()).toBe(fresh);
    });
  });

  test('what is broken is refused with its reason, and nothing is half done', async () => {
    await hosts.b.fresh(async (host) => {
      await startKettle(host);
      await host.must('printf \'{\\n  "debug": true,\\n}\\n\' >/etc/docker/daemon.json');
      const json = await refused(host, 'json_keys: {path: /etc/docker/daemon.json, keys: {live-restore: true}}');
      expect(messageOf(json)).toBe('/etc/docker/daemon.json:2:16: is no valid JSON: a comma must not stand before `}`');
      const missing = 'systemd_dropin: {unit: no-such.service, name: 1.conf, content: "[Service]\\nNice=1\\n"}';
      expect(messageOf(await refused(host, missing))).toBe('no-such.service: systemd knows no such unit');
      expect(messageOf(await refused(host, 'systemd_unit: {name: no-such.service, state: started}'))).toBe(
        'no-such.service: systemd knows no such unit',
      );
      expect(messageOf(await refused(host, 'sysctl: {key: fs.no_such_parameter, value: 1}'))).toMatch(
        /^fs\.no_such_parameter: this kernel \(.+\) has no such parameter$/,
      );
      const lax = await tasks(host, ['sysctl: {key: fs.no_such_parameter, value: 1, if_exists: true}']);
      expect([lax.code, tasksOf(lax)[0]?.result.reason]).toEqual([0, expect.stringContaining('no such parameter')]);

      const broken = 'systemd_dropin: {unit: kettle.service, name: 1.conf, settings: {Service: {ExecStart: ""}}}';
      const taken = await refused(host, broken);
      expect(messageOf(taken)).toMatch(/systemd cannot use kettle\.service so: bad-setting.*was put back as it was/);
      expect(
        await host.must('systemctl show -p LoadState --value kettle; ls -d /etc/systemd/system/kettle.service.d || :'),
      ).toBe('loaded');

      await host.must(
        'printf \'[Service]\\nExecStart=/bin/sh -c "echo out of tea; exit 3"\\n\' >/etc/systemd/system/tea.service; systemctl daemon-reload',
      );
      const tea = tasksOf(await tasks(host, ['systemd_unit: {name: tea.service, state: started}']))[0];
      expect(tea?.error).toMatchObject({
        code: 'E_DENIED',
        message: expect.stringContaining('tea.service did not stay up'),
        data: { active: 'failed', result: 'exit-code', journal: expect.arrayContaining(['out of tea']) },
      });
    });
  });

  test('the way into the host is not cut', async () => {
    await hosts.b.fresh(async (host) => {
      await startKettle(host);
      const stop = (more: string) => `systemd_unit: {name: ssh.service, state: stopped${more}}`;
      expect(messageOf(await refused(host, stop(''), ['--yes']))).toContain(
        'the way into it, depends on it: stop is refused',
      );
      expect(messageOf(await refused(host, stop(', force: true'), ['--yes']))).toContain('the very session');
    });
  });

  test('a read-only /etc, and a host without systemd, are told as such', async () => {
    await hosts.b.fresh(async (host) => {
      await startKettle(host);
      await host.must('mount --bind /etc /etc; mount -o remount,ro,bind /etc');
      for (const task of REPAIR.slice(0, 3))
        expect(messageOf(await refused(host, task))).toMatch(/read-only|does not permit/);
      await host.must('umount /etc; mv /run/systemd/system /run/systemd/away');
      for (const task of [REPAIR[0] ?? '', REPAIR[4] ?? '']) {
        const result = await refused(host, task, ['--yes']);
        expect(result.error).toMatchObject({
          code: 'E_PREFLIGHT_TOOL',
          message: expect.stringContaining('systemd does not run b'),
        });
      }
      await host.must('mv /run/systemd/away /run/systemd/system');
      expect((await tasks(host, REPAIR.slice(0, 1))).code).toBe(0);
    });
  });

  test('a unit whose name needs quotes', async () => {
    await hosts.a.fresh(async (host) => {
      await startKettle(host);
      const unit = 'odd\\x2dname@1.service';
      await host.must(
        "printf '[Service]\\nExecStart=/bin/sleep 1d\\n' >'/etc/systemd/system/odd\\x2dname@.service'; systemctl daemon-reload",
      );
      const both = [
        `systemd_dropin: {unit: '${unit}', name: 10-a.conf, content: "[Service]\\nNice=5\\n"}`,
        `systemd_unit: {name: '${unit}', state: started}`,
      ];
      const ran = await tasks(host, both);
      expect(changesOf(ran), troubleOf(ran)).toEqual([
        `create /etc/systemd/system/${unit}.d/10-a.conf: changed`,
        `start ${unit}: changed`,
      ]);
      expect(changesOf(await tasks(host, both))).toEqual([]);
    });
  });
});
