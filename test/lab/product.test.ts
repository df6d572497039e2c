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

