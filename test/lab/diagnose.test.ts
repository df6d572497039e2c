import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/core/findings.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { type PlantedFrozen, plantFrozenWriter } from './faults/frozen.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { source } from './paths.ts';
import { tasksOf, troubleOf, Unbusy } from './unbusy.ts';

const DIAGNOSE = source('../../playbooks/diagnose.yml');

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

interface Diagnosis {
  readonly causes: readonly { readonly severity: string; readonly findings: readonly Finding[] }[];
  readonly hosts: readonly { readonly standing: string; readonly gaps: readonly unknown[] }[];
}

async function diagnose(host: LabHost, args: readonly string[] = []) {
  const ran = await unbusy.command([host], ['diagnose', '--json', ...args]);
  const json = JSON.parse(ran.stdout) as Diagnosis;
  const findings = json.causes.flatMap((cause) => cause.findings);
  return { ...json, code: ran.code, findings, said: `exit ${ran.code}\n${ran.stdout}\n${ran.stderr}` };
}

const of = (findings: readonly Finding[], id: RegExp) => findings.filter((finding) => id.test(finding.id));

/** Clients that ask Docker to stop a container, again and again, as kubelet does. */
const PILE = 8;

/** What a look must say while the container's task waits. */
function expectTold(sick: Awaited<ReturnType<typeof diagnose>>, planted: PlantedFrozen): void {
  expect(sick.code, sick.said).toBe(3);
  expect(sick.hosts.map(({ standing }) => standing)).toEqual(['critical']);
  const [stuck, ...others] = of(sick.findings, /^stuck:.*:frozen$/);
  expect(others).toEqual([]);
  const container = { containerId: planted.container.id, containerName: 'stuck' };
  expect(stuck, sick.said).toMatchObject({ severity: 'critical', ...container });
  const place = `${planted.mountPoint} (ext4 on ${planted.device})`;
  const waits = `its process ${planted.pid} (sh) waits in percpu_rwsem_wait for the frozen file system ${place}`;
  expect(stuck?.title.replace(/waits in \w+/, 'waits in percpu_rwsem_wait')).toBe(
    `container stuck cannot be stopped: ${waits}`,
  );
  const evidence = stuck?.evidence?.join('\n');
  expect(evidence).toMatch(/a SIGKILL is pending[\s\S]*kernel stack: \w+.*vfs_write/);
  expect(evidence).toContain('the log says that a container did not end although it was killed');
  expect(stuck?.remedy).toContain(`fsfreeze -u ${planted.mountPoint} on the host`);
  expect(stuck?.avoid?.join()).toMatch(/^Stop, kill or remove the container again/);
  const [pile] = of(sick.findings, /goroutines:kill-wait/);
  expect(Number(pile?.data?.count), sick.said).toBeGreaterThanOrEqual(PILE / 2);
  // A paused container is in state D too, and nothing is wrong with it.
  const paused = { severity: 'info', containerName: 'web' };
  expect(of(sick.findings, /^stuck:.*:paused$/), sick.said).toMatchObject([paused]);
}

describeLab('a task that no signal ends', { sick: {} }, (hosts) => {
  test('is named with its container and the frozen file system, which is not touched; after the thaw all is well', async () => {
    const host = hosts.sick;
    const planted = await plantFrozenWriter(host);
    const living = (await bystanders(host)).filter(({ name }) => name !== 'stuck');
    const since = await host.must('date +%s');
    try {
      await host.must(`
        for n in $(seq ${PILE}); do
          systemd-run --quiet --collect --unit=lab-stop-$n sh -c 'until docker stop -t 1 ${planted.container.id}; do :; done'
        done
        docker pause web
        until journalctl -u docker --since @${since} -o cat | grep -q 'did not receive an exit event'; do sleep 0.2; done
        # All of them begin anew then: a second with TERM, and ten with KILL.
        sleep 4
      `);
      const before = await hostState(host);
      const sick = await diagnose(host);
      expect(await hostState(host)).toBe(before);
      expectTold(sick, planted);
      const scheduled = await unbusy.playbook([host], DIAGNOSE);
      expect(scheduled.code, troubleOf(scheduled)).toBe(5);
      expect(tasksOf(scheduled).at(-1)?.error?.message).toContain(
        'critical: a task in state D waits for a frozen file system',
      );
    } finally {
      await planted.undo();
      await host.sh('docker unpause web');
    }
    await host.must(`until [ -z "$(systemctl list-units --plain --no-legend 'lab-stop-*')" ]; do sleep 0.1; done`);
    expect((await bystanders(host)).filter(({ name }) => name !== 'stuck')).toEqual(living);
    const well = await diagnose(host);
    expect(of(well.findings, /^stuck:/), well.said).toEqual([]);
    expect([well.code, well.hosts.map(({ standing }) => standing)], well.said).toEqual([0, ['well']]);

    expect((await unbusy.playbook([host], DIAGNOSE)).code).toBe(0);

    await host.must('sleep 1');
    const began = await host.must('date +%s');
    const watched = await unbusy.command([host], ['diagnose', '--watch', '--every', '1s', '--samples', '3']);
    expect(watched.code, watched.stderr).toBe(0);
    expect(watched.stdout).toMatch(/dockerd \d+ +\d+\/\d+ \d+% +(steady|\+|-)/);
    expect(watched.stdout).toContain('healthy: sick');
    const logins = await host.must(`journalctl -u ssh --since @${began} -o cat | grep -c 'Accepted publickey'`);
    expect(logins, 'one connection for all looks').toBe('1');
  });
});
