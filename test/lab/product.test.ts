import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from './describe-lab.ts';
import { plantFrozenWriter } from './faults/frozen.ts';
import type { LabHost } from './host.ts';
import { bringShop, copiesInMonitors, neighbour, patch, shipHook, shipped, start, storage } from './product/shop.ts';
import { harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const BY_LABEL = ['-e', '{"labels": ["com.example.product=shop"], "stop_timeout": "1s"}'];
const preUninstall = (host: LabHost, ...args: readonly string[]) =>
  unbusy.playbook([host], shipped('pre-uninstall.yml'), [...BY_LABEL, ...args]);

describeLab(
  'a product with monitors (legacy rmdir rule, emulated)',
  { old: { legacyRmdir: true }, slave: { legacyRmdir: true, liveRestore: true } },
  (hosts) => {
    test('its uninstall fails; one playbook takes away what is left; patched, and with the hook, it comes and goes', async () => {
      await hosts.old.fresh(async (host) => {
        await bringShop(host);
        const news = await neighbour(host);
        const empty = await storage(host);

        const first = await start(host, 'install.sh');
        expect(first.stdout, first.stderr).toContain('the shop is installed');
        expect((await copiesInMonitors(host)).length).toBeGreaterThan(8);
        const failed = await start(host, 'uninstall.sh');
        expect([failed.code, failed.stderr]).toEqual([
          1,
          expect.stringMatching(/shop-web|unlinkat .*: device or resource busy/),
        ]);
        expect(failed.stderr).toContain('device or resource busy');
        expect(await host.must("docker inspect -f '{{.State.Dead}}' shop-web")).toBe('true');

        const check = await harmless(host, () => preUninstall(host, '--check'));
        expect(check.code, troubleOf(check)).toBe(3);
        const run = await preUninstall(host, '--yes');
        expect(run.code, troubleOf(run)).toBe(0);
        const steps = changesOf(run).filter((each) => !each.startsWith('unmount '));
        expect(steps).toEqual([
          'stop container node-exporter: changed',
          'stop container cadvisor: changed',
          'remove container node-exporter: changed',
          'remove container cadvisor: changed',
          'stop container shop-db: changed',
          'remove container shop-web: changed',
          'remove container shop-db: changed',
        ]);
        await host.must('docker volume rm shop-data shop-pages');
        expect(await storage(host)).toBe(empty);
        expect(await neighbour(host)).toEqual(news);
        const again = await harmless(host, () => preUninstall(host, '--yes'));
        expect([again.code, changesOf(again)], troubleOf(again)).toEqual([0, []]);

        await shipHook(unbusy, host, ['-e', '{"labels": ["com.example.product=shop"], "state": "released"}']);
        const original = await host.must('cat /opt/shop/install.sh /opt/shop/uninstall.sh');
        const patched = await patch(unbusy, host, { strategy: 'privileged' });
        expect([patched.code, changesOf(patched).length], troubleOf(patched)).toEqual([0, 2]);
        const twice = await patch(unbusy, host, { strategy: 'privileged' });
        expect([twice.code, changesOf(twice)], troubleOf(twice)).toEqual([0, []]);

        const second = await start(host, 'install.sh');
        expect([second.code, second.stdout], second.stderr).toEqual([
          0,
          expect.stringMatching(/UNBUSY-RESULT v1 released=[1-9]\d* left=0 unknown=0 rc=0 /),
        ]);
        expect(await copiesInMonitors(host)).toEqual([]);
        expect(await host.must("docker inspect -f '{{.HostConfig.Privileged}}' cadvisor node-exporter")).toBe(
          'true\ntrue',
        );
        // A monitor that is started anew copies all that runs by then.
        await host.must(
          `docker restart -t 1 cadvisor; make-private "$(docker inspect -f '{{.State.Pid}}' cadvisor)" /rootfs /var/run /var/lib/docker`,
        );
        expect((await copiesInMonitors(host)).length).toBeGreaterThan(4);
        const gone = await start(host, 'uninstall.sh');
        expect([gone.code, gone.stdout], gone.stderr).toEqual([
          0,
          expect.stringMatching(/UNBUSY-RESULT v1 released=[1-9]\d* left=0 [\s\S]*the shop is gone\n$/),
        ]);
        expect(await storage(host)).toBe(empty);
        expect(await neighbour(host)).toEqual(news);

        const out = await patch(unbusy, host, { state: 'absent' });
        expect(out.code, troubleOf(out)).toBe(0);
        expect(await host.must('cat /opt/shop/install.sh /opt/shop/uninstall.sh')).toBe(original);
      });
    });

    test('with rslave it comes and goes without privilege and without a hook', async () => {
      await hosts.slave.fresh(async (host) => {
        await bringShop(host);
        const news = await neighbour(host);
        const empty = await storage(host);
        const patched = await patch(unbusy, host, { strategy: 'rslave' });
        expect([patched.code, changesOf(patched).length], troubleOf(patched)).toEqual([0, 2]);
        const installed = await start(host, 'install.sh');
        expect(installed.code, installed.stderr).toBe(0);
        expect(await host.must("docker inspect -f '{{.HostConfig.Privileged}}' cadvisor node-exporter")).toBe(
          'false\nfalse',
        );
        expect((await copiesInMonitors(host)).length).toBeGreaterThan(8);
        const gone = await start(host, 'uninstall.sh');
        expect([gone.code, gone.stdout], gone.stderr).toEqual([0, expect.stringContaining('the shop is gone')]);
        expect(gone.stdout).not.toContain('UNBUSY-RESULT');
        expect(await storage(host)).toBe(empty);
        expect(await neighbour(host)).toEqual(news);
      });
    });

    test('the hook lets go while dockerd is stopped, and takes all away once it is back and that is allowed; a container that does not stop is named and left', async () => {
      await hosts.slave.fresh(async (host) => {
        await bringShop(host);
        await start(host, 'install.sh');
        const news = await neighbour(host);
        await shipHook(unbusy, host, ['--budget', '2m', ...BY_LABEL]);
        await host.must('systemctl stop docker.socket docker.service');
        const alone = await host.sh('/opt/shop/pre-uninstall.sh --strict --yes');
        expect([alone.code, alone.stdout]).toEqual([
          10,
          expect.stringMatching(/released=[1-9]\d* left=4 unknown=0 rc=10 /),
        ]);
        expect(alone.stdout).toContain(
          'left: container shop-db: Docker does not answer, so it is neither stopped nor removed',
        );
        await host.must('systemctl start docker.service');
        expect(await copiesInMonitors(host)).toEqual([]);
        const asked = await host.sh('/opt/shop/pre-uninstall.sh --strict');
        expect([asked.code, asked.stdout]).toEqual([10, expect.stringContaining('--yes does')]);
        const hook = await host.sh('/opt/shop/pre-uninstall.sh --strict --yes');
        expect([hook.code, hook.stdout], hook.stderr).toEqual([0, expect.stringMatching(/left=0 unknown=0 rc=0 /)]);
        expect(await host.must("docker ps -a --format '{{.Names}}' | sort")).toBe('news-db\nnews-web');
        expect(await neighbour(host)).toEqual(news);

        const frozen = await plantFrozenWriter(host);
        try {
          const run = await unbusy.playbook([host], shipped('pre-uninstall.yml'), [
            ...['--yes', '-e', '{"names": ["stuck", "web"], "stop_timeout": "1s"}'],
          ]);
          expect(run.code, troubleOf(run)).toBe(5);
          expect(refusalsOf(run)).toEqual([
            expect.stringMatching(/^container stuck: it does not stop: .*process \d+ \(sh\) is in state D/),
          ]);
          expect(changesOf(run)).toContain('remove container web: changed');
          expect(await neighbour(host)).toEqual(news);
        } finally {
          await frozen.undo();
        }
      });
    });
  },
);
