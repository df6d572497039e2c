import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { inspect, listContainers, removeContainers, startContainer, startContainers } from './faults/containers.ts';
import { type Container, genuine } from './faults/model.ts';
import { mountsOf } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

const INSTALL = join(source('../..'), 'playbooks/monitors-install.yml');
const UNINSTALL = join(source('../..'), 'playbooks/monitors-uninstall.yml');
const MONITORS = ['cadvisor', 'node-exporter'] as const;
const IMAGES = {
  cadvisor_image: 'lab/busybox',
  cadvisor_args: ['sleep', '1d'],
  node_exporter_image: 'lab/busybox',
  node_exporter_args: ['sleep', '1d'],
  pull: 'never',
};

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const install = (host: LabHost, given: Readonly<Record<string, unknown>>, ...args: readonly string[]) =>
  unbusy.playbook([host], INSTALL, ['-e', JSON.stringify({ ...IMAGES, ...given }), ...args]);
const uninstall = (host: LabHost, product: readonly string[], ...args: readonly string[]) =>
  unbusy.playbook([host], UNINSTALL, ['-e', JSON.stringify({ product }), ...args]);

/** As Docker did by itself before 17.12.1: the copies that the monitors have stay where they are. */
async function makePrivate(host: LabHost): Promise<void> {
  const [cadvisor, exporter] = await inspect(host, MONITORS);
  genuine(cadvisor !== undefined && exporter !== undefined, 'a monitor does not run');
  await host.must(`make-private ${cadvisor.pid} /rootfs /var/run /var/lib/docker`);
  await host.must(`make-private ${exporter.pid} /rootfs`);
}

/** Mount points of these containers' roots in both monitors. */
async function copies(host: LabHost, of: readonly Container[]): Promise<readonly string[]> {
  const monitors = await inspect(host, MONITORS);
  const tables = await Promise.all(monitors.map(({ pid }) => host.must(`cat /proc/${pid}/mountinfo`)));
  return tables.flatMap((table) => mountsOf(table, of));
}

/** Everything that runs and is neither a monitor nor on its way out. */
async function others(host: LabHost, ...leaving: readonly string[]) {
  const gone = new Set<string>([...MONITORS, ...leaving]);
  return (await bystanders(host)).filter(({ name }) => !gone.has(name));
}

async function expectNothing(run: () => Promise<UnbusyRun>, host: LabHost): Promise<void> {
  const again = await harmless(host, run);
  expect(again.code, troubleOf(again)).toBe(0);
  expect(changesOf(again)).toEqual([]);
}

const busy = async (host: LabHost, { id }: Container) =>
  (await removeContainers(host, [id])).get(id)?.error.includes('device or resource busy') ?? false;

describeLab('monitors (legacy rmdir rule, emulated)', { old: { legacyRmdir: true } }, (hosts) => {
  test('privileged with the hook: what they copied goes, and whoever lives lives', async () => {
    await hosts.old.fresh(async (host) => {
      await startContainer(host, 'web');
      const [app, victim] = await startContainers(host, ['app', 'victim']);
      genuine(app !== undefined && victim !== undefined, 'no container');
      const check = await harmless(host, () => install(host, {}, '--check'));
      expect(check.code, troubleOf(check)).toBe(3);
      const made = MONITORS.map((name) => `create and start container ${name}: changed`);
      const first = await install(host, {}, '--yes');
      expect(first.code, troubleOf(first)).toBe(0);
      expect(changesOf(first)).toEqual(made);
      await expectNothing(() => install(host, {}, '--yes'), host);

      await makePrivate(host);
      expect((await copies(host, [app])).length).toBeGreaterThan(1);
      expect(await busy(host, victim)).toBe(true);
      const living = await bystanders(host);
      const hook = await install(host, {}, '--yes');
      expect(hook.code, troubleOf(hook)).toBe(0);
      const changes = changesOf(hook);
      expect(changes.filter((each) => !/^unmount .* in (?:cadvisor|node-exporter): changed$/.test(each))).toEqual([]);
      expect(changes.some((each) => each.includes('of container victim in'))).toBe(true);
      expect(await copies(host, [app, victim])).toEqual([]);
      expect(await bystanders(host)).toEqual(living);
      await host.must('docker rm victim');
      expect(await busy(host, app)).toBe(false);
      expect((await listContainers(host)).has(app.id)).toBe(false);
      await expectNothing(() => install(host, {}, '--yes'), host);
    });
  });

  test('rslave: no privilege, and a container that is removed leaves no copy', async () => {
    await hosts.old.fresh(async (host) => {
      await startContainer(host, 'web');
      await install(host, {}, '--yes');
      const living = await others(host);
      const run = await install(host, { strategy: 'rslave' }, '--yes');
      expect(run.code, troubleOf(run)).toBe(0);
      expect(changesOf(run)).toEqual(MONITORS.map((name) => `replace container ${name}: changed`));
      expect(await others(host)).toEqual(living);
      expect(await host.must("docker inspect -f '{{.HostConfig.Privileged}}' cadvisor node-exporter")).toBe(
        'false\nfalse',
      );
      const app = await startContainer(host, 'app');
      expect((await copies(host, [app])).length).toBeGreaterThan(1);
      expect(await busy(host, app)).toBe(false);
      expect(await copies(host, [app])).toEqual([]);
      await expectNothing(() => install(host, { strategy: 'rslave' }, '--yes'), host);
    });
  });

  test('rslave where / is private, and an image that the host does not have: refused before anything is changed', async () => {
    await hosts.old.fresh(async (host) => {
      await host.must('mount --make-private /');
      const run = await harmless(host, () => install(host, { strategy: 'rslave' }, '--yes'));
      expect(run.code, troubleOf(run)).toBe(5);
      expect(refusalsOf(run)[0]).toContain('the mount that carries / is private on this host');
      const absent = await harmless(host, () => install(host, { cadvisor_image: 'lab/none' }, '--yes'));
      expect(refusalsOf(absent)).toEqual(['container cadvisor: this host does not have the image lab/none']);
    });
  });

  test('a new one that does not run: the old one is back, as it was', async () => {
    await hosts.old.fresh(async (host) => {
      await install(host, {}, '--yes');
      const [before] = await inspect(host, ['cadvisor']);
      const run = await install(host, { cadvisor_args: ['sh', '-c', 'echo no such port; exit 4'] }, '--yes');
      expect(run.code, troubleOf(run)).toBe(5);
      expect(troubleOf(run)).toContain('no such port; the old cadvisor was put back');
      const [after] = await inspect(host, ['cadvisor']);
      expect(after?.id).toBe(before?.id);
      expect(await host.must("docker ps -a --format '{{.Names}}' | sort")).toBe('cadvisor\nnode-exporter');
    });
  });

  test('uninstalled with their product, which they held; a neighbour stays', async () => {
    await hosts.old.fresh(async (host) => {
      await startContainer(host, 'web');
      const product = await startContainers(host, ['shop-db', 'shop-web']);
      const names = product.map(({ name }) => name);
      await install(host, { live_copies: false }, '--yes');
      await makePrivate(host);
      expect((await copies(host, product)).length).toBeGreaterThan(3);
      const check = await harmless(host, () => uninstall(host, names, '--check'));
      expect(check.code, troubleOf(check)).toBe(3);
      const living = await others(host, ...names);
      const run = await uninstall(host, names, '--yes');
      expect(run.code, troubleOf(run)).toBe(0);
      const steps = changesOf(run).filter((each) => !each.startsWith('unmount '));
      expect(steps).toEqual([
        'stop container cadvisor: changed',
        'stop container node-exporter: changed',
        'remove container cadvisor: changed',
        'remove container node-exporter: changed',
        'remove container shop-db: changed',
        'remove container shop-web: changed',
      ]);
      expect(changesOf(run)[0]).toMatch(/^unmount .*: changed$/);
      expect(await bystanders(host)).toEqual(living);
      expect(living.map(({ name }) => name)).toEqual(['web']);
      expect((await listContainers(host)).size).toBe(1);
      const layers = await host.must(`ls -d ${product.map(({ merged }) => merged).join(' ')} 2>/dev/null || :`);
      expect(layers).toBe('');
      // Docker removes the files of network namespaces a while after their containers.
      await host.must(
        `timeout 90 sh -c 'until [ $(ls /run/docker/netns | grep -vc default) = 1 ]; do sleep 0.3; done'`,
      );
      await expectNothing(() => uninstall(host, names, '--yes'), host);
    });
  });
});
