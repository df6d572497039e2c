import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskResult } from '../../src/core/results.ts';
import { describeLab } from './describe-lab.ts';
import { listContainers, removeContainers, restartDocker, startContainer } from './faults/containers.ts';
import { privateService } from './faults/holders.ts';
import { plantPrivateService } from './faults/leak.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { source } from './paths.ts';
import { expectFreed } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** The shipped repair, with these variables. */
const MOUNT_FLAGS = source('../../playbooks/mount-flags.yml');
const repair = (host: LabHost, args: readonly string[], vars: readonly string[] = []): Promise<UnbusyRun> =>
  unbusy.playbook([host], MOUNT_FLAGS, [...args, ...vars.flatMap((each) => ['-e', each])]);

const fileOnly = () =>
  unbusy.file(
    'file.yml',
    '- name: the file alone\n  hosts: all\n  tasks:\n    - name: flags\n      docker_mount_flags: {}\n',
  );

const flagsTask = (ran: UnbusyRun): TaskResult | undefined =>
  tasksOf(ran).find(({ module }) => module === 'docker_mount_flags');

/** dockerd by its pid and the time of its start; equal: it was not restarted. */
const daemon = (host: LabHost) =>
  host.must('systemctl show --property MainPID --property ExecMainStartTimestampMonotonic docker.service');

/** The files that decide, with their contents; backups are told apart. */
const unitFiles = (host: LabHost) =>
  host.must(
    'cd /etc/systemd/system && sha256sum /lib/systemd/system/docker.service docker.service docker.service.d/* 2>/dev/null || :',
  );

const inHostNamespace = async (host: LabHost) =>
  (await host.must(
    'readlink /proc/1/ns/mnt /proc/$(systemctl show -p MainPID --value docker)/ns/mnt | uniq | wc -l',
  )) === '1';

async function expectCheck(host: LabHost): Promise<UnbusyRun> {
  const before = await hostState(host);
  const files = await unitFiles(host);
  const check = await repair(host, ['--check']);
  expect(check.code, troubleOf(check)).toBe(3);
  expect(await hostState(host)).toBe(before);
  expect(await unitFiles(host)).toBe(files);
  return check;
}

async function expectRepaired(host: LabHost, vars: readonly string[] = []): Promise<UnbusyRun> {
  const before = await daemon(host);
  const ran = await repair(host, ['--yes'], vars);
  expect(ran.code, troubleOf(ran)).toBe(0);
  const after = await daemon(host);
  expect(after).not.toBe(before);
  return ran;
}

async function expectNothingMore(host: LabHost, vars: readonly string[] = []): Promise<UnbusyRun> {
  const files = await unitFiles(host);
  const before = await daemon(host);
  const again = await repair(host, ['--yes'], vars);
  expect(again.code, troubleOf(again)).toBe(0);
  expect(changesOf(again)).toEqual([]);
  expect(flagsTask(again)?.result).toMatchObject({ in_effect: true });
  expect(await daemon(host)).toBe(before);
  expect(await unitFiles(host)).toBe(files);
  return again;
}

const INSTALLER_UNIT = `# Docker as our installer sets it up.
[Unit]
Description=Docker \\
  of the installer

; the service proper
[Service]
Type=notify
Environment="NOTE=MountFlags=slave \\
  is an old habit"
ExecStart=/usr/sbin/dockerd \\
  # one option a line
  -H fd:// \\
  --containerd=/run/containerd/containerd.sock
# against busy devices, 2017
MountFlags = slave
LimitNOFILE=infinity

[Install]
WantedBy=multi-user.target
`;

describeLab(
  'the repair of MountFlags',
  {
    own: { mountFlags: 'slave' },
    old: { topology: 'child', legacyRmdir: true },
    live: { topology: 'child', liveRestore: true, mountFlags: 'slave' },
    plain: {},
  },
  (hosts) => {
    test('containerd as a service of its own: containers cannot start, and can after the repair', async () => {
      await hosts.own.fresh(async (host) => {
        const refused = await host.sh('docker run --rm lab/busybox /bin/true');
        expect(refused.code).not.toBe(0);
        expect(refused.stderr).toContain('no such file or directory');

        const scan = await unbusy.command([host], ['scan', '--json']);
        expect(JSON.parse(scan.stdout)).toMatchObject({
          causes: [{ hosts: [host.name], row: 'own-containerd-set', decision: 'unset' }],
          hosts: [{ cause: { row: 'own-containerd-set', mount_flags: 'slave', containerd: 'own-service' } }],
        });
        await expectCheck(host);

        // Cut off between the file and the restart: the next run still sees that it is not in effect.
        const half = await unbusy.playbook([host], fileOnly());
        expect(half.code, troubleOf(half)).toBe(0);
        expect(flagsTask(half)?.result).toMatchObject({ mount_flags: 'unset', lived_by: 'slave', in_effect: false });
        expect(await inHostNamespace(host)).toBe(false);

        const ran = await expectRepaired(host);
        expect(flagsTask(ran)).toMatchObject({ status: 'ok', result: { kernel: 'K2', containerd: 'own-service' } });
        expect(await inHostNamespace(host)).toBe(true);
        expect(await host.must('docker run --rm lab/busybox /bin/echo started')).toBe('started');
        await expectNothingMore(host);
      });
    });

    test('containerd as a child, legacy rule: slave is set, and the same holder leaves nothing dead', async () => {
      await hosts.old.fresh(async (host) => {
        const planted = await plantPrivateService(host);
        const swept = await unbusy.sweep([host]);
        expect(swept.code, troubleOf(swept)).toBe(0);
        await expectFreed(host, planted);

        const check = await expectCheck(host);
        expect(flagsTask(check)?.result).toMatchObject({ kernel: 'K0', containerd: 'child', row: 'legacy-child' });
        await expectRepaired(host);
        expect(await inHostNamespace(host)).toBe(false);

        const { id } = await startContainer(host, 'app2');
        await host.must('systemctl stop timekeeper.service');
        await privateService(host);
        const removal = (await removeContainers(host, [id])).get(id);
        expect(removal).toMatchObject({ code: 0 });
        expect((await listContainers(host)).has(id)).toBe(false);
        await expectNothingMore(host);
      });
    });

    test('live-restore and slave: MountFlags goes, live-restore and the containers stay', async () => {
      await hosts.live.fresh(async (host) => {
        await startContainer(host, 'app');
        await startContainer(host, 'web');
        const config = await host.must('sha256sum /etc/docker/daemon.json');
        const processes = () =>
          host.must(`docker inspect -f '{{.Name}} {{.State.Status}} {{.State.Pid}} {{.State.StartedAt}}' app web`);
        const living = await processes();

        const check = await expectCheck(host);
        expect(flagsTask(check)?.result).toMatchObject({ row: 'live-restore-set', recreate: [] });
        const ran = await expectRepaired(host);
        expect(await processes()).toBe(living);
        expect(await host.must('sha256sum /etc/docker/daemon.json')).toBe(config);
        expect(await host.must(`docker info --format '{{.LiveRestoreEnabled}}'`)).toBe('true');
        expect(await inHostNamespace(host)).toBe(true);
        expect(flagsTask(ran)?.result).toMatchObject({ mount_flags: 'unset', recreate: ['app', 'web'] });

        const again = await expectNothingMore(host);
        expect(flagsTask(again)?.result).toMatchObject({ recreate: ['app', 'web'], row: 'live-restore-unset' });
        expect(flagsTask(again)?.findings.map(({ kind, containerName }) => [kind, containerName])).toEqual([
          ['cause', undefined],
          ['latent', 'app'],
          ['latent', 'web'],
        ]);
        // A container that is started now is none of them.
        await startContainer(host, 'young');
        const later = await repair(host, ['--yes']);
        expect(flagsTask(later)?.result).toMatchObject({ recreate: ['app', 'web'] });
      });
    });

    test('a unit file of an installer is patched in place, one line of it', async () => {
      await hosts.plain.fresh(async (host) => {
        await host.must(
          `cat >/etc/systemd/system/docker.service <<'EOF'\n${INSTALLER_UNIT}EOF\nsystemctl daemon-reload`,
        );
        await restartDocker(host);
        expect(await host.must('systemctl show -p MountFlags --value docker')).toBe('slave');
        expect(await inHostNamespace(host)).toBe(false);
        const before = await unitFiles(host);

        const wishes = await repair(host, ['--yes'], ['want=slave']);
        // The playbook stops at the first host that fails.
        expect(wishes.code, troubleOf(wishes)).toBe(6);
        expect(flagsTask(wishes)?.error).toMatchObject({ code: 'E_REFUSED' });
        expect(await unitFiles(host)).toBe(before);

        await expectRepaired(host, ['{in_place: true}']);
        const [backup = ''] = (await host.must('ls -d /etc/systemd/system/docker.service.unbusy-*')).split('\n');
        expect(`${await host.must(`cat ${backup}`)}\n`).toBe(INSTALLER_UNIT);
        expect(`${await host.must('cat /etc/systemd/system/docker.service')}\n`).toBe(
          INSTALLER_UNIT.replace('MountFlags = slave\n', ''),
        );
        expect(await host.must('ls /etc/systemd/system/docker.service.d')).toBe('lab.conf');
        expect(await inHostNamespace(host)).toBe(true);
        expect(await host.must('docker run --rm lab/busybox /bin/echo started')).toBe('started');
        await expectNothingMore(host, ['{in_place: true}']);
      });
    });
  },
);
