import { beforeEach, describe, expect, it } from 'vitest';
import { demoId } from '../../../src/demo/scenes.ts';
import { compiledHook, productHook } from '../../support/compiled-hook.ts';
import { registerMonitor } from '../monitor-beds.ts';
import { canMakeHosts, dead, type HookWorld, KINDS, openHookWorld, up, writeStates } from './hook-world.ts';

const able = canMakeHosts();

const SHOP = { names: ['shop-*', 'cadvisor'], stop_timeout: '1s', docker_deadline: '5s' };

/** A product of which one container is dead and held by an agent, with a monitor that was started last, as it was before 17.12.1; and a neighbour. */
async function openProduct(hook: string): Promise<HookWorld> {
  const world = await openHookWorld([up('shop-web'), up('other'), dead('shop-old', 'agent')], hook);
  await world.run(`cp /usr/local/bin/agent /usr/local/bin/cadvisor
    unshare --mount --propagation private cadvisor </dev/null >/dev/null 2>&1 &`);
  await world.run(registerMonitor('hookhost', 'other'));
  return world;
}

const names = async (world: HookWorld) =>
  (await world.run("docker ps -a --format '{{.Names}}'")).trim().split('\n').sort();
/** What the neighbour sees, without what it hears of the product: those that run in this world are slaves of the host. */
const life = (world: HookWorld, docker = 'docker') =>
  world.run(
    `pid=$(${docker} inspect --format '{{.State.Pid}}' other); readlink /proc/$pid/ns/mnt; grep -v ${world.layer('shop-web')} /proc/$pid/mountinfo`,
  );
/** Mount points of a container's root in the process that plays the monitor; "none" if there is no such process. */
const inMonitor = (world: HookWorld, name: string) =>
  world.run(
    `p=$(grep -lx cadvisor /proc/[0-9]*/comm) || { printf none; exit; }; grep -c ${world.layer(name)} "\${p%comm}mountinfo"`,
  );

describe.skipIf(!able).each(KINDS)('a compiled hook for a product under $name', ({ shell, prepare }) => {
  let world: HookWorld;
  const open = async (vars: object) => {
    world = await openProduct(productHook({ ...SHOP, ...vars }));
    await world.run(prepare);
  };
  beforeEach(() => async () => world?.close());

  it('releases: the monitor lets go of all that runs, the dead is free, and nothing is stopped', async () => {
    await open({ state: 'released' });
    expect([await inMonitor(world, 'shop-web'), await inMonitor(world, 'other')]).toEqual(['1\n', '1\n']);
    const before = world.picture();
    const alive = await life(world);
    const planned = await world.hook('--dry-run', shell);
    expect([planned.code, planned.result], planned.text).toMatchObject([0, { released: '0', unknown: '0', rc: '10' }]);
    expect(world.picture()).toEqual(before);
    const run = await world.hook('--strict', shell);
    expect([run.code, run.result], run.text).toMatchObject([
      0,
      { released: planned.result.left, left: '0', unknown: '0' },
    ]);
    expect([await inMonitor(world, 'shop-web'), await inMonitor(world, 'other')]).toEqual(['0\n', '0\n']);
    expect([await names(world), await world.held('shop-old')]).toEqual([
      ['cadvisor', 'other', 'shop-old', 'shop-web'],
      false,
    ]);
    expect(await life(world)).toBe(alive);
    const again = await world.hook('--strict', shell);
    expect([again.code, again.result], again.text).toMatchObject([0, { released: '0', left: '0', unknown: '0' }]);
  });

  it('takes the product away, and leaves the neighbour as it was', async () => {
    await open({});
    const before = world.picture();
    const alive = await life(world);
    const planned = await world.hook('--dry-run', shell);
    expect([planned.code, planned.result.rc], planned.text).toEqual([0, '10']);
    expect(world.picture()).toEqual(before);
    const run = await world.hook('--strict --yes', shell);
    expect([run.code, run.result], run.text).toMatchObject([0, { left: '0', unknown: '0', rc: '0' }]);
    expect(Number(run.result.released)).toBeGreaterThan(2);
    expect(run.text.match(/docker (?:stop|rm) \S+: ok/g)).toEqual([
      ...['docker stop cadvisor: ok', 'docker rm cadvisor: ok', 'docker stop shop-web: ok'],
      ...['docker rm shop-old: ok', 'docker rm shop-web: ok'],
    ]);
    expect(await names(world)).toEqual(['other']);
    expect((await world.run('ls /var/lib/docker/containers')).trim()).toBe(demoId('hookhost', 'other'));
    expect(await life(world)).toBe(alive);
    const again = await world.hook('--strict --yes', shell);
    expect([again.code, again.result], again.text).toMatchObject([0, { released: '0', left: '0', unknown: '0' }]);
    expect(again.text).toContain('no container of this host is of the product');
  });
});

describe.skipIf(!able)('a compiled hook for a product', () => {
  let world: HookWorld;
  const open = async (vars: object) => {
    world = await openProduct(productHook({ ...SHOP, ...vars }));
  };
  beforeEach(() => async () => world?.close());

  it('stops and removes nothing without --yes: an install script calls it too', async () => {
    await open({});
    const run = await world.hook('--strict');
    expect([run.code, run.result.left], run.text).toEqual([10, '1']);
    expect(run.text).toContain('nobody allowed to stop and to remove them; --yes does');
    expect(await names(world)).toEqual(['cadvisor', 'other', 'shop-old', 'shop-web']);
    expect([await world.held('shop-old'), await inMonitor(world, 'shop-web')]).toEqual([false, '0\n']);
  });

  it('names what does not stop, and takes the rest away', async () => {
    await open({});
    await world.run(
      `mv /usr/local/bin/docker /usr/local/bin/real; printf '#!/bin/sh\\ncase " $* " in *" stop "*${world.id('shop-web')}*) echo cannot be killed >&2; exit 1 ;; esac\\nexec /usr/local/bin/real "$@"\\n' >/usr/local/bin/docker; chmod 755 /usr/local/bin/docker`,
    );
    const run = await world.hook('--strict --yes');
    expect([run.code, run.result.left], run.text).toEqual([10, '1']);
    expect(run.text).toContain('left: container shop-web: it does not stop: denied cannot be killed');
    expect(await names(world)).toEqual(['other', 'shop-web']);
  });

  it('only unmounts while dockerd and its client are gone, and says what is left', async () => {
    await open({});
    await writeStates(world, { cadvisor: 'running', 'shop-web': 'running', other: 'running', 'shop-old': 'dead' });
    await world.run('mv /usr/local/bin/docker /root/; mv /run/docker.pid /root/');
    await world.run('kill -STOP "$(cat /root/docker.pid)"; umount /run/docker.sock; rm /run/docker.sock');
    const alive = await life(world, '/root/docker');
    const gone = await world.hook('--strict --yes');
    expect([gone.code, gone.result.left], gone.text).toEqual([10, '3']);
    expect(Number(gone.result.released)).toBeGreaterThan(2);
    expect(gone.text).toContain(
      'left: container shop-web: Docker does not answer, so it is neither stopped nor removed',
    );
    expect([await world.held('shop-old'), await inMonitor(world, 'other')]).toEqual([false, '0\n']);
    expect(await life(world, '/root/docker')).toBe(alive);
  });

  it('does not call a host clean whose daemon is late, whatever its files say of the product', async () => {
    await open({ docker_deadline: '1s', state: 'released' });
    await writeStates(world, { cadvisor: 'running', 'shop-web': 'running', other: 'running', 'shop-old': 'dead' });
    const known = await world.hook('--strict');
    expect([known.code, known.result.unknown], known.text).toEqual([0, '0']);
    await world.run("printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/bin/docker");
    const late = await world.hook('--strict');
    expect([late.code, late.result.released, late.result.unknown], late.text).toEqual([14, '0', '1']);
    expect(late.text).toContain('unknown: Docker: docker ps was not answered in 1 s; its state was read from disk');
  });

  it('goes no further than --only', async () => {
    await open({});
    const run = await world.hook('--strict --yes --only name=shop-old');
    expect([run.code, run.result.left], run.text).toEqual([0, '0']);
    expect(await names(world)).toEqual(['cadvisor', 'other', 'shop-web']);
    expect([await inMonitor(world, 'shop-web'), await inMonitor(world, 'other')]).toEqual(['1\n', '1\n']);
  });

  it('finds the product, and what --only names, by labels that the daemon is asked for', async () => {
    await open({ names: [], labels: ['com.example.product=shop'] });
    const label = (name: string, value: string) =>
      world.run(`printf '.Config.Labels/com.example.product\\t"${value}"\\n' >>/run/stand-in/${world.id(name)}`);
    await label('shop-web', 'shop');
    await label('shop-old', 'shop');
    await label('other', 'shopping');
    const none = await world.hook('--strict --yes --only label=com.example.product=sho');
    expect([none.code, none.result.released], none.text).toEqual([0, '0']);
    const run = await world.hook('--strict --yes --only label=com.example.product');
    expect([run.code, run.result.left], run.text).toEqual([0, '0']);
    expect(await names(world)).toEqual(['cadvisor', 'other']);
  });

  it('touches nobody where a label without a value takes in several compose projects', async () => {
    await open({ names: [], labels: ['com.docker.compose.project'] });
    const label = (id: string, value: string) =>
      world.run(`printf '.Config.Labels/com.docker.compose.project\\t"${value}"\\n' >>/run/stand-in/${id}`);
    await label(world.id('shop-web'), 'shop');
    await label(world.id('other'), 'other');
    const run = await world.hook('--strict --yes');
    expect([run.code, run.result.released], run.text).toEqual([10, '0']);
    expect(run.text).toContain('its names or labels take in several compose projects');
    expect(await names(world)).toEqual(['cadvisor', 'other', 'shop-old', 'shop-web']);
  });

  it('lets monitors go, chosen by name or by label, and touches no other holder', async () => {
    const play = (given: string) =>
      compiledHook(
        'monitors.yml',
        `- { name: p, hosts: all, tasks: [{ name: let go, monitor_release: { ${given} } }] }`,
      );
    world = await openProduct(play('names: [none], images: [], labels: [role=monitor], live_copies: true'));
    const none = await world.hook('--strict');
    expect([none.code, none.result.released, await inMonitor(world, 'other')], none.text).toEqual([0, '0', '1\n']);
    await world.run(`printf '.Config.Labels/role\\t"monitor"\\n' >>/run/stand-in/${demoId('hookhost', 'monitor')}`);
    const run = await world.hook('--strict');
    expect([run.code, run.result.left], run.text).toEqual([0, '0']);
    expect([await inMonitor(world, 'other'), await inMonitor(world, 'shop-web')]).toEqual(['0\n', '0\n']);
    // The agent is no monitor.
    expect([await world.held('shop-old'), await names(world)]).toEqual([
      true,
      ['cadvisor', 'other', 'shop-old', 'shop-web'],
    ]);
  });
});
