import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { createWords } from '../../../../src/modules/docker-container/apply.ts';
import { dockerContainerParams } from '../../../../src/modules/docker-container/params.ts';
import { planContainer, refuseContainer } from '../../../../src/modules/docker-container/plan.ts';
import type { BindSource, ContainerLook } from '../../../../src/programs/inspect-container.ts';
import { facts, lookAt, paramsOf, type Twist } from './container-bed.ts';

const ids = (look: ContainerLook, given: JsonObject = {}) => planContainer(look, paramsOf(given)).map(({ id }) => id);
const whys = (look: ContainerLook, given: JsonObject = {}) =>
  refuseContainer(look, paramsOf(given)).map(({ why }) => why);
const SLAVE = { binds: ['/:/rootfs:ro,rslave'] };
const from = (carrier: BindSource['carrier']) => ({ sources: [{ path: '/', real: '/', carrier }] });

describe('the plan for a container', () => {
  it('is empty, and refuses nothing, where all is as wanted', () => {
    expect(ids(lookAt({}))).toEqual([]);
    expect(whys(lookAt({}))).toEqual([]);
    expect(ids(lookAt({ host: { PortBindings: { '80/tcp': [{}] } } }))).toEqual([]);
  });

  it('stops what runs only with a risk that has to be allowed', () => {
    expect(planContainer(lookAt({}), paramsOf({ restart: 'always' }))).toMatchObject([
      { id: 'replace:cadvisor', risk: 'restart-holder', witness: { id: 'a'.repeat(64), running: 'true' } },
    ]);
    expect(planContainer(lookAt({}), paramsOf({ state: 'stopped' }))[0]?.risk).toBe('stop-containers');
    expect(planContainer(lookAt({}), paramsOf({ state: 'absent' }))[0]?.risk).toBe('remove-containers');
    const ended = lookAt({ running: false, status: 'exited' });
    expect(planContainer(ended, paramsOf({ restart: 'always' }))).toMatchObject([
      { id: 'replace:cadvisor', risk: 'file' },
    ]);
    expect(planContainer(lookAt(undefined), paramsOf())).toMatchObject([{ id: 'create:cadvisor', risk: 'file' }]);
  });

  it.each<[string, Twist, string]>([
    ['published ports', { host: { PortBindings: { '80/tcp': [{ HostPort: '80' }] } } }, 'published ports'],
    ['a limit', { host: { Memory: 1024 } }, 'a memory limit'],
    ['a compose project', { config: { Labels: { 'com.docker.compose.project': 'shop' } } }, 'compose project shop'],
    ['--rm', { host: { AutoRemove: true } }, '--rm'],
    ['another user', { config: { User: 'nobody' } }, 'another user'],
    ['a mount that is no bind', { host: { Mounts: [{ Type: 'volume', Target: '/v' }] } }, 'mounts that are no binds'],
  ])('loses %s only if that is allowed', (_what, twist, word) => {
    const wanted = { restart: 'always' };
    expect(ids(lookAt(twist), wanted)).toEqual([]);
    expect(whys(lookAt(twist), wanted).join()).toContain(word);
    expect(ids(lookAt(twist), { ...wanted, discard: true })).toEqual(['replace:cadvisor']);
  });

  it.each(['dead', 'removing', 'paused'])('leaves a container alone that is %s', (status) => {
    const look = lookAt({ status, running: false });
    expect(ids(look, { restart: 'always' })).toEqual([]);
    expect(whys(look, { restart: 'always' })).toHaveLength(1);
  });

  it('replaces what only restarts, starts it no more often than Docker does, and never takes it for what runs', () => {
    const loops = lookAt({ status: 'restarting', running: true });
    expect(ids(loops, { restart: 'always' })).toEqual(['replace:cadvisor']);
    expect([ids(loops), whys(loops)]).toEqual([[], [expect.stringContaining('again and again')]]);
    expect(ids(loops, { state: 'stopped' })).toEqual(['stop:cadvisor']);
    const old = facts({ id: 'b', name: 'cadvisor.unbusy-old', running: false, status: 'exited' });
    expect(ids({ ...loops, old })).toEqual(['put-back:cadvisor.unbusy-old']);
  });

  it.each<[BindSource['carrier'], string, readonly string[]]>([
    ['shared', '20.10.24', ['create:cadvisor']],
    ['slave', '1.10.3', ['create:cadvisor']],
    ['private', '20.10.24', []],
    ['unknown', '20.10.24', []],
    ['shared', '1.9.1', []],
  ])('looks whether rslave is possible: %s, Docker %s', (carrier, version, plan) => {
    const look = lookAt(undefined, { ...from(carrier), version });
    expect(ids(look, SLAVE)).toEqual(plan);
    expect(whys(look, SLAVE)).toHaveLength(plan.length === 0 ? 1 : 0);
    expect(ids(look, { binds: ['/:/rootfs:ro'] })).toEqual(['create:cadvisor']);
  });

  it('needs a shared mount for rshared, and says when a source is a link', () => {
    expect(ids(lookAt(undefined, from('slave')), { binds: ['/:/r:rshared'] })).toEqual([]);
    const link = { sources: [{ path: '/var/lib/docker', real: '/data/docker', carrier: 'shared' as const }] };
    const [change] = planContainer(lookAt(undefined, link), paramsOf({ binds: ['/var/lib/docker:/d:rslave'] }));
    expect(change?.blast).toEqual(['/var/lib/docker is a link to /data/docker']);
    expect(change?.why).toContain('every bind hears of unmounts');
  });

  it('finishes what was cut off before anything else', () => {
    const old = facts({ id: 'b', name: 'cadvisor.unbusy-old' });
    expect(ids(lookAt({}, { old }))).toEqual(['remove:cadvisor.unbusy-old']);
    expect(ids(lookAt({ running: false, status: 'exited' }, { old }))).toEqual(['put-back:cadvisor.unbusy-old']);
    expect(ids(lookAt(undefined, { old }))).toEqual(['put-back:cadvisor.unbusy-old']);
    expect(ids(lookAt({}, { old }), { state: 'absent' })).toEqual(['remove:cadvisor', 'remove:cadvisor.unbusy-old']);
  });
});

describe('the parameters of a container', () => {
  it.each<[string, JsonObject, boolean]>([
    ['no image for present', { name: 'ab' }, false],
    ['no image for absent', { name: 'ab', state: 'absent' }, true],
    ['two sources at one place', { name: 'ab', image: 'i', binds: ['/a:/c', '/b:/c/'] }, false],
    ['an image that looks like an option', { name: 'ab', image: '--rm' }, false],
    ['a value of two lines', { name: 'ab', image: 'i', env: { A: 'a\nb' } }, false],
    ['a number for a value', { name: 'ab', image: 'i', env: { A: 1 } }, true],
  ])('%s', (_what, given, fine) => {
    expect(dockerContainerParams.safeParse(given).success).toBe(fine);
  });

  it('become words of docker create, without the environment', () => {
    const params = paramsOf({
      privileged: true,
      cap_drop: ['ALL'],
      env: { A: 'x' },
      labels: { l: 'a b' },
      args: ['-v'],
    });
    expect(createWords(params)).toEqual([
      '--network=bridge',
      '--restart=no',
      '--privileged',
      '--cap-drop=ALL',
      '--label=l=a b',
      'monitor:1',
      '-v',
    ]);
  });
});
