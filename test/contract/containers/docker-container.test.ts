import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { dockerContainerModule as module } from '../../../src/modules/docker-container/index.ts';
import { dockerContainerParams } from '../../../src/modules/docker-container/params.ts';
import type { ContainerChange } from '../../../src/modules/docker-container/steps.ts';
import type { Applied } from '../../../src/modules/module.ts';
import type { ContainerLook } from '../../../src/programs/inspect-container.ts';
import { ContainerWorld, image } from '../../support/container-world.ts';
import { shellKinds } from '../../support/shells.ts';
import { ableToHideRun } from '../docker/docker-bed.ts';

if (!ableToHideRun) console.warn('LEFT OUT: docker_container needs root and mount namespaces of Linux');

describe.skipIf(!ableToHideRun).each(shellKinds())('docker_container under $name', (shell) => {
  let world: ContainerWorld;
  beforeEach(() => {
    world = new ContainerWorld(mkdtempSync(join(tmpdir(), 'unbusy-containers-')));
  });
  afterEach(() => world.close());

  const parse = (given: JsonObject) =>
    dockerContainerParams.parse({ name: 'cadvisor', image: 'monitor:1', settle: 0, docker_deadline: 5, ...given });
  const look = async (given: JsonObject): Promise<ContainerLook> => {
    const seen = await module.observe(world.host(shell), parse(given));
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  };
  const plan = async (given: JsonObject) => module.plan(await look(given), parse(given), new Map());
  const step = async (given: JsonObject) => {
    const before = await look(given);
    const [change] = module.plan(before, parse(given), new Map()) as [ContainerChange];
    const applied: Applied = await module.apply(world.host(shell), change, parse(given));
    return { change, applied, verdict: module.verify(await look(given), change, before) };
  };
  const DONE = { applied: { kind: 'done' }, verdict: { kind: 'as-wanted' } };
  const FULL = {
    args: ['-port', '80 90', "it's $HOME", ''],
    binds: ['/:/rootfs:ro', '/var/run/:/var/run'],
    network: 'host',
    restart: 'on-failure:3',
    privileged: true,
    cap_add: ['SYS_ADMIN'],
    env: { TOKEN: 'a "secret" $PATH', EMPTY: '', N: 1 },
    labels: { 'a.b': 'c=d e' },
  };

  it('creates what is described, and finds it as wanted then', async () => {
    const { change, ...done } = await step(FULL);
    expect(done).toEqual(DONE);
    expect(change).toMatchObject({ action: 'create', risk: 'file' });
    expect(world.names()).toEqual(['cadvisor+']);
    expect(await plan(FULL)).toEqual([]);
    expect(await plan({ ...FULL, args: ['-port', '81'] })).toMatchObject([{ action: 'replace' }]);
    const [made] = world.state.containers as unknown as [{ Config: { Env: string[]; Cmd: string[] } }];
    expect(made.Config.Env).toEqual(['PATH=/bin', 'TOKEN=a "secret" $PATH', 'EMPTY=', 'N=1']);
    expect(made.Config.Cmd).toEqual(FULL.args);
    expect(world.asked()).not.toContain('secret');
  });

  it('replaces what differs, and shows no value of the environment', async () => {
    await step({ env: { TOKEN: 'one' } });
    const { change, ...done } = await step({ env: { TOKEN: 'two' }, restart: 'always' });
    expect(done).toEqual(DONE);
    expect(change.why).toContain('env TOKEN, restart');
    expect(change.diff).toContain('-env TOKEN: (another value, not shown)\n');
    expect(change.diff).toContain('+restart: always\n');
    expect(JSON.stringify(change)).not.toMatch(/one"|two"|: one|: two/);
    expect(world.names()).toEqual(['cadvisor+']);
    const shown = await plan({ env: { TOKEN: 'three' }, restart: 'always', show_env: true });
    expect(shown[0]?.diff).toContain('+env TOKEN: three');
  });

  it.each([
    ['ends at once', { ends: 3 }, 'it ended with 3: it said why'],
    ['ends and is restarted', { ends: 3, again: true }, 'it ended with 3: it said why'],
    ['cannot be started', { refuses: 'exec: no such file' }, 'exec: no such file'],
  ])('puts the old one back if the new one %s', async (_what, trouble, why) => {
    await step({});
    const { Id: id } = world.state.containers[0] as unknown as { Id: string };
    world.set({ images: { ...world.state.images, 'monitor:2': image('2', trouble) } });
    const restart = 'again' in trouble ? 'always' : 'no';
    const { applied, verdict } = await step({ image: 'monitor:2', restart });
    expect(applied).toMatchObject({ kind: 'failed', error: { code: 'E_VERIFY' } });
    expect((applied as { error: Error }).error.message).toContain(`${why}; the old cadvisor was put back`);
    expect(verdict.kind).toBe('not-yet');
    expect(world.names()).toEqual(['cadvisor+']);
    expect(world.state.containers[0]?.Id).toBe(id);
  });

  it('changes nothing if Docker does not make the new one, or does not have the image', async () => {
    await step({});
    const before = world.picture();
    world.set({ refuse: 'invalid mount config' });
    expect((await step({ restart: 'always' })).applied).toEqual({
      kind: 'denied',
      why: 'invalid mount config; nothing was changed',
    });
    expect((await step({ image: 'none:1' })).applied).toMatchObject({ kind: 'denied' });
    world.set({ refuse: undefined });
    expect(world.picture()).toEqual(before);
    const refused = parse({ image: 'none:1', pull: 'never' });
    expect(module.plan(await look({ image: 'none:1' }), refused, new Map())).toEqual([]);
    expect(module.refusals?.(await look({ image: 'none:1' }), refused, new Map())).toHaveLength(1);
  });

  it('pulls an image that is missing', async () => {
    world.set({ registry: { 'monitor:3': image('3') } });
    expect(await step({ image: 'monitor:3' })).toMatchObject(DONE);
    expect(world.asked()).toContain('pull monitor:3');
  });

  it('replaces a container whose image name means another image now', async () => {
    await step({});
    world.set({ images: { 'monitor:1': image('9') } });
    expect(await plan({})).toMatchObject([{ action: 'replace', why: expect.stringContaining('image id') }]);
    world.set({ images: { 'other:1': image('1') } });
    expect(await plan({})).toEqual([]);
    world.set({ images: {} });
    expect(await plan({})).toEqual([]);
  });

  it('says so if the old one could not be removed, and removes it later', async () => {
    await step({});
    world.set({ busy: '/cadvisor.unbusy-old' });
    const { applied } = await step({ restart: 'always' });
    expect(applied).toMatchObject({ kind: 'done', note: expect.stringContaining('device or resource busy') });
    expect(world.names()).toEqual(['cadvisor+', 'cadvisor.unbusy-old']);
    world.set({ busy: '' });
    expect((await step({ restart: 'always' })).change).toMatchObject({ action: 'remove', name: 'cadvisor.unbusy-old' });
    expect(world.names()).toEqual(['cadvisor+']);
    expect(await plan({ restart: 'always' })).toEqual([]);
  });

  it.each([
    ['before the old one was put aside', ['cadvisor', 'cadvisor.unbusy-new'], ['remove', 'start']],
    ['before the new one had the name', ['cadvisor.unbusy-old', 'cadvisor.unbusy-new'], ['put-back', 'remove']],
    ['before the new one ran', ['cadvisor', 'cadvisor.unbusy-old'], ['put-back', 'remove']],
  ])('mends what a run left that was cut off %s', async (_when, left, actions) => {
    await step({});
    world.change('cadvisor', (each) => {
      each.State = { ...(each.State as JsonObject), Running: false, Status: 'exited' };
    });
    const [main] = world.state.containers;
    world.set({ containers: left.map((name, index) => ({ ...main, Id: String(index).repeat(64), Name: `/${name}` })) });
    const done: string[] = [];
    for (let next = await plan({}); next.length > 0 && done.length < 5; next = await plan({})) {
      const { change, ...rest } = await step({});
      expect(rest).toEqual(DONE);
      done.push(change.action);
    }
    expect(done).toEqual(actions);
    expect(world.names()).toEqual(['cadvisor+']);
  });

  it('stops and removes, each once', async () => {
    await step({});
    expect((await step({ state: 'stopped' })).verdict).toEqual({ kind: 'as-wanted' });
    expect(world.names()).toEqual(['cadvisor']);
    expect(await plan({ state: 'stopped' })).toEqual([]);
    expect(await plan({})).toMatchObject([{ action: 'start' }]);
    await step({});
    expect(await step({ state: 'absent' })).toMatchObject({ ...DONE, change: { risk: 'remove-containers' } });
    expect(world.names()).toEqual([]);
    expect(await plan({ state: 'absent' })).toEqual([]);
  });

  it('tells in the words of Docker why a container could not be removed, and never takes that for done', async () => {
    await step({});
    world.set({ busy: '/cadvisor' });
    const { applied, verdict } = await step({ state: 'absent' });
    expect(applied).toMatchObject({ kind: 'denied', why: expect.stringContaining('device or resource busy') });
    expect(verdict.kind).toBe('not-yet');
    const [dead, wanted] = [await look({}), parse({ state: 'absent' })];
    expect(module.plan(dead, wanted, new Map())).toEqual([]);
    expect(module.refusals?.(dead, wanted, new Map())).toMatchObject([{ hint: expect.stringContaining('sweep-dead') }]);
  });

  it('does nothing to a container that is another one now', async () => {
    await step({});
    const [change] = await plan({ state: 'absent' });
    world.change('cadvisor', (each) => {
      each.Id = 'f'.repeat(64);
    });
    const before = world.picture();
    const applied = await module.apply(world.host(shell), change as ContainerChange, parse({ state: 'absent' }));
    expect(applied).toMatchObject({ kind: 'stale' });
    expect(world.picture()).toEqual(before);
  });

  it('knows nothing of a daemon that is silent or missing', async () => {
    world.set({ silent: true });
    const seen = await module.observe(world.host(shell), parse({ docker_deadline: 1 }));
    expect(seen).toMatchObject({ kind: 'unknown', error: { code: 'E_DAEMON_SILENT' } });
  });
});
