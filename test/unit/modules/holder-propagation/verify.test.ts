import { describe, expect, it } from 'vitest';
import { planHolders } from '../../../../src/modules/holder-propagation/plan.ts';
import type { HolderChange, HolderState } from '../../../../src/modules/holder-propagation/state.ts';
import { verifyHolders } from '../../../../src/modules/holder-propagation/verify.ts';
import { copy, held, paramsOf, running, stateOf, unit } from './holder-bed.ts';

const CHAT = running('chat.service', 800);
const BEFORE = stateOf(
  [held(unit('ntpd.service'), [copy('leaked', 'older-copy')], { along: [unit('chat.service')] })],
  { services: [running('ntpd.service', 700), running('nginx.service', 900), CHAT] },
);
const AFTER = stateOf([], {
  services: [running('ntpd.service', 701), running('nginx.service', 900), running('chat.service', 801)],
});
const [CHANGE] = planHolders(BEFORE, paramsOf({ remedy: 'restart' })) as [HolderChange];

const verdict = (twist: Partial<HolderState> = {}) => verifyHolders({ ...AFTER, ...twist }, CHANGE, BEFORE);
const with_ = (...services: readonly HolderState['services'][number][]) => ({
  services: [...AFTER.services.filter(({ name }) => !services.some((each) => each.name === name)), ...services],
});

describe('a restart', () => {
  it('is as wanted if the service runs as another process, holds nothing, and nobody else was touched', () => {
    expect(verdict()).toEqual({ kind: 'as-wanted' });
  });

  it.each([
    ['the service is gone', { services: AFTER.services.slice(1) }, 'ntpd.service does not run any more'],
    [
      'the service failed',
      with_(running('ntpd.service', 0, { active: 'failed', sub: 'failed' })),
      'ntpd.service is failed',
    ],
    ['it is the same process', with_(running('ntpd.service', 700)), 'still runs as process 700'],
    ['what hangs on it did not come back', { services: AFTER.services.slice(0, 2) }, 'chat.service, which hangs on it'],
    [
      'somebody else was restarted',
      with_(running('nginx.service', 901)),
      'nginx.service, which was not to be touched, has another process',
    ],
    [
      'somebody else failed',
      with_(running('nginx.service', 0, { active: 'failed' })),
      'nginx.service, which was not to be touched, failed',
    ],
    ['it still has the mount', { holders: BEFORE.holders }, 'it still has 1 of 1 mounts'],
  ] as const)('is not yet done if %s', (_, twist, why) => {
    expect(verdict(twist)).toMatchObject({ kind: 'not-yet', why: expect.stringContaining(why) });
  });

  it('does not blame itself for one that ended by itself', () => {
    expect(verdict({ services: AFTER.services.filter(({ name }) => name !== 'nginx.service') })).toEqual({
      kind: 'as-wanted',
    });
  });

  it('tells the old process by its start, for the kernel gives numbers again', () => {
    const living = (startTime: string): HolderState['view'] => ({
      ...AFTER.view,
      namespaces: [
        {
          inode: 200,
          tasks: [{ pid: 700, tid: 700, startTime, command: 'ntpd', unit: 'ntpd.service' }],
          taskCount: 1,
          pins: [],
          chrooted: false,
        },
      ],
    });
    expect(verdict({ view: living('77') })).toMatchObject({ kind: 'not-yet' });
    expect(verdict({ view: living('78') })).toEqual({ kind: 'as-wanted' });
  });

  it('is unknown while something could not be looked at', () => {
    const view = { ...AFTER.view, unreadable: [{ pid: 5, why: 'no' }] };
    expect(verdict({ view })).toMatchObject({ kind: 'unknown' });
  });
});

describe('a drop-in', () => {
  const PRIVATE = unit('ntpd.service', { MountFlags: '262144' });
  const dropIn = { directory: { type: 'absent' }, file: { path: '/x', found: { type: 'absent' } } } as const;
  const before = stateOf([held(PRIVATE, [copy('latent', 'mount-flags')], { dropIn })]);
  const [write, restart] = planHolders(before, paramsOf({ remedy: 'propagation' })) as [HolderChange, HolderChange];

  it('is as wanted once systemd has read it', () => {
    expect(verifyHolders(before, write, before)).toMatchObject({ kind: 'not-yet' });
    expect(verifyHolders(stateOf([held(unit('ntpd.service', { MountFlags: 'slave' }), [])]), write, before)).toEqual({
      kind: 'as-wanted',
    });
  });

  it('must let the service hear after its restart', () => {
    const services = [running('ntpd.service', 701)];
    const deaf = stateOf([held(PRIVATE, [copy('latent', 'mount-flags', 99)])], { services });
    expect(verifyHolders(deaf, restart, before)).toEqual({
      kind: 'not-yet',
      why: 'it still does not hear of unmounts',
    });
    expect(verifyHolders(stateOf([], { services }), restart, before)).toEqual({ kind: 'as-wanted' });
  });
});
