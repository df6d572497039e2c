import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/core/findings.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { plantBusyDevice } from './faults/leftover.ts';
import { livingTasks, plantRuntimes } from './faults/runtimes.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, troubleOf, Unbusy } from './unbusy.ts';

const RELEASE = join(source('../..'), 'playbooks/leaked-mounts.yml');

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const release = (host: LabHost, what: string, ...args: readonly string[]) =>
  unbusy.playbook([host], RELEASE, ['-e', what, ...args]);

/** Leaks of a scan, with what leaked_mounts is to be asked for. */
async function leaksOf(host: LabHost) {
  const ran = await harmless(host, () => unbusy.command([host], ['scan', '--json']));
  const { findings } = JSON.parse(ran.stdout) as { findings: readonly Finding[] };
  const leaks = findings.filter(({ kind, playbook }) => kind === 'leak' && playbook === 'leaked-mounts.yml');
  return { code: ran.code, leaks, ask: leaks.map(({ data }) => String(data?.ask)) };
}

describeLab(
  'containers of other runtimes, and devices (legacy rmdir rule, emulated)',
  { old: { legacyRmdir: true } },
  (hosts) => {
    test('containerd and podman: found, explained, released; what lives is refused and lives on', async () => {
      await hosts.old.fresh(async (host) => {
        const { agentPid, layer, roots } = await plantRuntimes(host);
        const living = await livingTasks(host);
        const seen = await leaksOf(host);
        expect(seen.code).toBe(3);
        expect(seen.ask).toContain('container=web');
        expect(seen.ask).toContain(`container=${layer}`);
        expect(JSON.stringify(seen.leaks)).not.toMatch(/container (?:live|plive) /);
        for (const { holder } of seen.leaks)
          expect(holder).toMatchObject({ kind: 'unit', name: 'agent.service', pid: agentPid });

        const why = await harmless(host, () => unbusy.command([host], ['why', host.name, 'web']));
        expect(why.code, why.stdout + why.stderr).toBe(3);
        expect(why.stdout).toContain('container web of containerd (default)');
        expect(why.stdout).toContain('held by unit agent.service');
        expect(why.stdout).toContain('/mnt (overlay ');

        for (const what of seen.ask) {
          if (what === 'container=web') {
            const planned = await harmless(host, () => release(host, what, '--check'));
            expect(planned.code, troubleOf(planned)).toBe(3);
          }
          const freed = await release(host, what);
          expect(freed.code, troubleOf(freed)).toBe(0);
          const again = await harmless(host, () => release(host, what));
          // What had only a name, and is gone, cannot be told from a name that never was.
          const nameless = what === 'container=web';
          expect([again.code, changesOf(again)], troubleOf(again)).toEqual([nameless ? 5 : 0, []]);
          if (nameless) expect(refusalsOf(again).join('\n')).toContain('nobody knows a container of that name');
        }
        for (const what of ['container=live', 'container=plive']) {
          const refused = await harmless(host, () => release(host, what));
          expect(refused.code, troubleOf(refused)).toBe(5);
          expect(changesOf(refused)).toEqual([]);
          expect(refusalsOf(refused).join('\n')).toContain('its container lives');
        }
        const absent = await harmless(host, () => release(host, 'device=/dev/nosuch', '--check'));
        expect([absent.code, changesOf(absent)], troubleOf(absent)).toEqual([9, []]);

        const left = await host.must(`cat /proc/[0-9]*/mountinfo 2>/dev/null | awk '{ print $3 }' | sort -u`);
        for (const device of roots) expect(left.split('\n')).not.toContain(device);
        expect(await livingTasks(host)).toBe(living);
        // What podman could not remove for want of its directory goes with its next command.
        await host.must('podman ps');
        expect(await host.must(`ls /var/lib/containers/storage/overlay`)).not.toContain(layer);
        expect((await leaksOf(host)).leaks).toEqual([]);
      });
    });

    test('a loop device that a monitor keeps: named, freed, and opened by one alone only then', async () => {
      await hosts.old.fresh(async (host) => {
        const { device, holders } = await plantBusyDevice(host);
        const living = await bystanders(host);
        const exclusive = `perl -MFcntl -e 'sysopen(F, $ARGV[0], O_RDWR | O_EXCL) or die "$!\\n"' ${device}`;
        const before = await host.sh(exclusive);
        expect([before.code, before.stderr.trim()]).toEqual([16, 'Device or resource busy']);
        expect((await host.sh(`mkfs.ext4 -q -F ${device}`)).code).not.toBe(0);

        const why = await harmless(host, () => unbusy.command([host], ['why', host.name, device]));
        expect(why.code, why.stdout + why.stderr).toBe(3);
        expect(why.stdout).toContain('container cadvisor');
        for (const point of holders.flatMap(({ mounts }) => mounts)) expect(why.stdout).toContain(point);
        expect(why.stdout).toContain('it cannot be opened by one alone (O_EXCL)');

        const freed = await release(host, `device=${device}`);
        expect(freed.code, troubleOf(freed)).toBe(0);
        expect(changesOf(freed).length).toBeGreaterThan(0);
        const after = await host.sh(exclusive);
        expect(after.code, after.stderr).toBe(0);
        expect(await bystanders(host)).toEqual(living);
        const again = await harmless(host, () => release(host, `device=${device}`));
        expect([again.code, changesOf(again)], troubleOf(again)).toEqual([0, []]);
      });
    });
  },
);
