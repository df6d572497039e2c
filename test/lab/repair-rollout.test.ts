import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunReport } from '../../src/core/results.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { startContainer } from './faults/containers.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { harmless } from './sweep-steps.ts';
import { tasksOf, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** A change of docker.service that lets dockerd start, or does not, by what `gate` names; MountFlags tell hosts apart. */
const playbook = () =>
  unbusy.file(
    'rollout.yml',
    `- name: rollout
  hosts: all
  batches: [canary, 100%]
  soak: 3s
  vars: { gate: /bin/false }
  tasks:
    - name: leave MountFlags as they are
      docker_mount_flags: { want: unset }
    - name: put a gate before dockerd
      systemd_dropin:
        unit: docker.service
        name: zz-gate.conf
        settings: { Service: { ExecStartPre: "{{ gate }}" } }
      notify: restart dockerd
  handlers:
    - name: restart dockerd
      docker_restart: { confirm_within: 1m }
`,
  );

/** dockerd by its pid and the time of its start; equal: it was not restarted. */
const daemon = (host: LabHost) =>
  host.must('systemctl show --property MainPID --property ActiveEnterTimestampMonotonic docker.service');

const gateOf = async (host: LabHost) =>
  (await host.sh('sed -n s/^ExecStartPre=//p /etc/systemd/system/docker.service.d/zz-gate.conf')).stdout.trim();

const statuses = (report: RunReport) => Object.fromEntries(report.hosts.map(({ host, status }) => [host, status]));

describeLab('a rollout', { one: {}, two: {}, live: { liveRestore: true } }, (hosts) => {
  test('stops at its canaries, leaves the others alone, and goes on by resume', async () => {
    const all = [hosts.one, hosts.two, hosts.live];
    const file = playbook();
    for (const host of [hosts.two, hosts.live]) await startContainer(host, 'web', '--restart always lab/busybox');
    const before = await Promise.all(all.map(daemon));

    const unasked = await harmless(hosts.one, () => unbusy.command(all, ['run', file]));
    expect([unasked.code, unasked.stderr]).toEqual([6, expect.stringContaining('E_CONFIRM')]);

    const untouched = await hostState(hosts.two);
    const living = await bystanders(hosts.two);
    const ran = await unbusy.playbook(all, file, ['--yes']);
    expect(ran.code, troubleOf(ran)).toBe(6);
    expect(statuses(ran.report), troubleOf(ran)).toEqual({
      [hosts.one.name]: 'failed',
      [hosts.two.name]: 'not-reached',
      [hosts.live.name]: 'failed',
    });
    expect(ran.report.stopped).toMatchObject({ kind: 'rule', rule: 'failed', tolerated: '0', of: 3 });
    expect(ran.stderr).toMatch(/2 batches: 2 as canaries/);
    expect(await hostState(hosts.two)).toBe(untouched);
    expect(await bystanders(hosts.two)).toEqual(living);
    for (const host of all) expect(await host.must('systemctl show -p ActiveState --value docker')).toBe('active');
    expect(await Promise.all(all.map(gateOf))).toEqual(['', '', '']);
    expect(await daemon(hosts.two)).toBe(before[1]);
    expect(await hosts.live.must('docker inspect -f "{{.State.Running}}" web')).toBe('true');

    const mended = ['-e', 'gate=/bin/true', '--yes', '--json'];
    const changed = await unbusy.resume(mended);
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('variables of this run changed')]);
    const resumed = await unbusy.resume([...mended, '--force']);
    const report = JSON.parse(resumed.stdout) as RunReport;
    expect([resumed.code, statuses(report)], resumed.stderr).toEqual([
      0,
      { [hosts.one.name]: 'changed', [hosts.two.name]: 'changed', [hosts.live.name]: 'changed' },
    ]);
    expect(resumed.stderr).toMatch(/canary \S+ stands for 2 hosts/);
    expect(resumed.stderr).toContain('Soaking 3.0s');
    expect(await Promise.all(all.map(gateOf))).toEqual(['/bin/true', '/bin/true', '/bin/true']);

    const after = await Promise.all(all.map(daemon));
    expect(after.filter((each, at) => each === before[at])).toEqual([]);
    const again = await unbusy.playbook(all, file, ['--yes', '-e', 'gate=/bin/true']);
    expect(again.code, troubleOf(again)).toBe(0);
    expect(tasksOf(again).flatMap(({ changes }) => changes)).toEqual([]);
    expect(await Promise.all(all.map(daemon))).toEqual(after);
  });
});
