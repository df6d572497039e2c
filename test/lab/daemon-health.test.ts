import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/core/findings.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { startContainers } from './faults/containers.ts';
import { freezeDockerd } from './faults/daemon.ts';
import { plantHeldConnections } from './faults/held-connections.ts';
import type { LabHost } from './host.ts';
import { leftRunningAfter } from './left-running.ts';
import { type Login, tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

let unbusy: Unbusy;
let playbook: string;
beforeAll(() => {
  unbusy = new Unbusy();
  playbook = unbusy.file(
    'health.yml',
    `- name: health
  hosts: all
  become: true
  vars: { deadline: 2s, sample: 0s }
  tasks:
    - name: daemons
      dockerd_health: { deadline: "{{ deadline }}", sample: "{{ sample }}", log_window: 0s }
`,
  );
});
afterAll(() => unbusy?.close());

const look = (host: LabHost, args: readonly string[] = [], login?: Login) =>
  unbusy.playbook([host], playbook, args, login);

/** Verdicts that somebody has to act upon. */
function verdictsOf(ran: UnbusyRun): readonly Finding[] {
  return tasksOf(ran).flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'info'));
}

async function expectWell(host: LabHost): Promise<void> {
  const ran = await look(host);
  expect([ran.code, verdictsOf(ran)], troubleOf(ran)).toEqual([0, []]);
  expect(tasksOf(ran)[0]?.gaps).toEqual([]);
  const { result } = tasksOf(ran)[0] ?? {};
  expect(result).toMatchObject({ health: 'good', apis: [{ answer: 'answered', within_s: 1 }] });
}

const numberOf = async (host: LabHost, script: string) => Number(await host.must(script));

describeLab('the health of dockerd', { daemon: { liveRestore: true } }, (hosts) => {
  test('few descriptors, held connections, a stopped containerd, a stopped dockerd: each is told, and nothing is hurt', async () => {
    await hosts.daemon.fresh(async (host) => {
      await startContainers(host, ['web', 'db']);
      await expectWell(host);

      await usedUp(host);
      await expectWell(host);

      await stoppedContainerd(host);
      await expectWell(host);

      await stoppedDockerd(host);
      await expectWell(host);
    });
  });
});

/** Hundreds of connections on a dockerd whose limit was lowered: how much is used, by whom, and how soon it ends. */
async function usedUp(host: LabHost): Promise<void> {
  const living = await bystanders(host);
  const planted = await plantHeldConnections(host, { limit: 500, held: 360, perSecond: 10 });
  try {
    const before = await numberOf(host, `ls /proc/${planted.dockerd}/fd | wc -l`);
    const ran = await look(host, ['-e', 'sample=4s']);
    const after = await numberOf(host, `ls /proc/${planted.dockerd}/fd | wc -l`);
    const [verdict, ...others] = verdictsOf(ran);
    expect(others, troubleOf(ran)).toEqual([]);
    expect(verdict?.id).toBe(`health:fds:dockerd:${planted.dockerd}`);
    expect(verdict?.title).toMatch(/of 500 file descriptors open, \d+ %; they run out in \d+ seconds$/);
    expect(verdict?.cause).toContain('clients keep connections');
    const { open, limit, per_hour, exhausted_in_s } = verdict?.data ?? {};
    expect(limit).toBe(500);
    expect(open).toBeGreaterThanOrEqual(before);
    expect(open).toBeLessThanOrEqual(after);
    // Ten a second; the machine may be slow, but not by half.
    expect(Number(per_hour)).toBeGreaterThan(18_000);
    expect(Number(per_hour)).toBeLessThan(54_000);
    expect(Number(exhausted_in_s)).toBeLessThan(60);
  } finally {
    await planted.undo();
  }
  expect(await bystanders(host)).toEqual(living);
}

/** dockerd waits for a containerd that was stopped: its own state says why, and the goroutines who waits for what. */
async function stoppedContainerd(host: LabHost): Promise<void> {
  const living = await bystanders(host);
  const pid = await host.must('systemctl show --property MainPID --value containerd.service');
  try {
    await host.must(`kill -STOP ${pid}
      for i in 1 2 3 4 5 6 7 8; do
        setsid docker exec web true </dev/null >/dev/null 2>&1 &
        setsid docker stop -t 1 db </dev/null >/dev/null 2>&1 &
      done
      for try in $(seq 100); do
        if [ "$(grep -c ' 03 .*docker.sock$' /proc/net/unix)" -ge 16 ]; then break; fi
        sleep 0.1
      done
      sleep 1`);
    const ran = await look(host);
    const verdicts = verdictsOf(ran).map(({ severity, id }) => `${severity} ${id}`);
    expect(verdicts, troubleOf(ran)).toContain(`critical health:state:containerd:${pid}`);
    expect(verdicts, troubleOf(ran)).toContain('warning health:goroutines:containerd-call');
    expect(verdicts).toContain('warning health:goroutines:container-lock');
    // It lives, and says so; what asks containerd does not come back.
    const api = verdictsOf(ran).find(({ id }) => id.startsWith('health:api:'));
    expect(api?.cause).toBe('containerd does not answer dockerd');
  } finally {
    await host.must(
      `kill -CONT ${pid}; while pgrep -x docker >/dev/null; do sleep 0.1; done; docker start db >/dev/null`,
    );
  }
  const names = (all: typeof living) => all.map(({ name, canExec }) => `${name} ${canExec}`);
  expect(names(await bystanders(host))).toEqual(names(living));
}

/** Every command ends within its deadlines with that finding, whoever logs in, and leaves no client behind. */
async function stoppedDockerd(host: LabHost): Promise<void> {
  const living = await bystanders(host);
  const { pid, undo } = await freezeDockerd(host);
  try {
    const [asRoot, asOps, diagnosed, scanned, why, sweep] = await Promise.all([
      look(host),
      look(host, [], { user: 'ops' }),
      unbusy.command([host], ['diagnose', '--json']),
      unbusy.command([host], ['scan']),
      unbusy.command([host], ['why', host.name, 'web']),
      unbusy.sweep([host], ['--check', '-e', 'docker_deadline=2s']),
    ]);
    for (const [ran, way] of [
      [asRoot, 'streamlocal'],
      // In no group that may use the socket: root's program asks.
      [asOps, 'perl'],
    ] as const) {
      const [verdict, ...others] = verdictsOf(ran);
      expect(others, troubleOf(ran)).toEqual([]);
      expect(verdict?.title).toBe(
        `dockerd (pid ${pid}) takes connections and does not answer: nothing came within 2.0s`,
      );
      expect(verdict?.severity).toBe('critical');
      expect(verdict?.cause).toContain('SIGSTOP');
      expect(verdict?.evidence).toContain(`asked over /var/run/docker.sock by ${way}`);
    }
    expect(diagnosed.stdout, diagnosed.stderr).toContain('takes connections and does not answer');
    expect(diagnosed.code).toBe(3);
    for (const ran of [scanned, why]) {
      expect(ran.stdout, ran.stderr).toMatch(/was not answered in \d+ s/);
      expect(ran.code, ran.stdout).toBe(9);
    }
    expect(sweep.report.hosts[0]?.tasks[0]?.error, troubleOf(sweep)).toMatchObject({ code: 'E_DAEMON_SILENT' });
    expect((await host.sh('pgrep -x docker')).stdout).toBe('');
    expect(await leftRunningAfter(host, 0)).toEqual([]);
  } finally {
    await undo();
  }
  expect(await bystanders(host)).toEqual(living);
}
