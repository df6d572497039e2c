import { describe, expect, it } from 'vitest';
import { DROP_IN, dropInPath } from '../../../../src/modules/holder-propagation/drop-in.ts';
import type { HolderPropagationParams } from '../../../../src/modules/holder-propagation/params.ts';
import { planHolders, refuseHolders } from '../../../../src/modules/holder-propagation/plan.ts';
import type { HeldService, HolderState } from '../../../../src/modules/holder-propagation/state.ts';
import { copy, held, paramsOf, stateOf, unit } from './holder-bed.ts';

interface Case {
  readonly name: string;
  readonly holders: readonly HeldService[];
  readonly params?: Partial<HolderPropagationParams>;
  readonly state?: Partial<HolderState>;
  readonly plan: readonly string[];
  /** Words that the refusals hold, one entry each. */
  readonly refused?: readonly string[];
}

const NTPD = unit('ntpd.service', { PrivateTmp: 'yes' });
const PRIVATE = unit('ntpd.service', { PrivateTmp: 'yes', MountFlags: 'private' });
const restart = { remedy: 'restart' } as const;
const propagation = { remedy: 'propagation' } as const;
const file = (text?: string): Pick<HeldService, 'dropIn'> => ({
  dropIn: {
    directory: { type: 'absent' },
    file: { path: dropInPath('ntpd.service'), found: { type: 'absent' }, ...(text === undefined ? {} : { text }) },
  },
});
const leaked = [copy('leaked', 'older-copy')];
const deaf = [copy('leaked', 'mount-flags'), copy('latent', 'mount-flags', 53)];

const CASES: readonly Case[] = [
  { name: 'nobody holds anything', holders: [], params: restart, plan: [] },
  { name: 'they are only to be named', holders: [held(NTPD, leaked)], plan: [] },
  { name: 'it keeps what is gone', holders: [held(NTPD, leaked)], params: restart, plan: ['restart:ntpd.service'] },
  {
    name: 'a restart gives it a copy that hears',
    holders: [held(NTPD, [copy('latent', 'older-copy')])],
    params: restart,
    plan: ['restart:ntpd.service'],
  },
  {
    name: 'a restart would copy the same again: nothing is gone yet',
    holders: [held(PRIVATE, [copy('latent', 'mount-flags')])],
    params: restart,
    plan: [],
  },
  {
    name: 'the same where the host makes it so: no drop-in helps',
    holders: [held(NTPD, [copy('latent', 'private-origin')])],
    params: propagation,
    plan: [],
  },
  {
    name: 'it made the namespace itself: no drop-in helps',
    holders: [held(NTPD, [copy('latent', 'own-namespace')])],
    params: propagation,
    plan: [],
  },
  {
    name: 'what is gone is let go of, whatever the cause',
    holders: [held(NTPD, [copy('leaked', 'private-origin')])],
    params: propagation,
    plan: ['restart:ntpd.service'],
  },
  {
    name: 'the drop-in comes before the restart',
    holders: [held(PRIVATE, deaf, file())],
    params: propagation,
    plan: ['drop-in:ntpd.service', 'restart:ntpd.service'],
  },
  {
    name: 'the drop-in too if nothing is gone yet',
    holders: [held(PRIVATE, [copy('latent', 'mount-flags')], file())],
    params: propagation,
    plan: ['drop-in:ntpd.service', 'restart:ntpd.service'],
  },
  {
    name: 'the drop-in is not written for a restart alone',
    holders: [held(PRIVATE, deaf)],
    params: restart,
    plan: ['restart:ntpd.service'],
  },
  {
    name: 'the drop-in is there and was not read',
    holders: [held({ ...PRIVATE, needsReload: true }, deaf, file(DROP_IN))],
    params: propagation,
    plan: ['drop-in:ntpd.service', 'restart:ntpd.service'],
  },
  {
    name: 'the drop-in is there, was read, and does not win',
    holders: [held({ ...PRIVATE, dropInPaths: ['/etc/x/99-other.conf'] }, deaf, file(DROP_IN))],
    params: propagation,
    plan: [],
    refused: ['another drop-in wins over it: /etc/x/99-other.conf'],
  },
  {
    name: 'a symbolic link stands where the drop-in would',
    holders: [
      held(PRIVATE, deaf, {
        dropIn: { directory: { type: 'absent' }, file: { path: '/e', found: { type: 'dangling' } } },
      }),
    ],
    params: propagation,
    plan: [],
    refused: ['is a symbolic link'],
  },
  {
    name: 'another service is meant',
    holders: [held(NTPD, leaked)],
    params: { ...restart, services: ['nginx'] },
    plan: [],
  },
  {
    name: 'it is meant by name',
    holders: [held(NTPD, leaked)],
    params: { ...restart, services: ['ntpd'] },
    plan: ['restart:ntpd.service'],
  },
  {
    name: 'it is meant by a wildcard',
    holders: [held(NTPD, leaked)],
    params: { ...restart, services: ['nt*.service'] },
    plan: ['restart:ntpd.service'],
  },
];

const sshd = unit('sshd.service');
const odd = (twist: Parameters<typeof unit>[2], properties = {}) => [
  held(unit('ntpd.service', properties, twist), leaked),
];

const REFUSED: readonly Case[] = [
  {
    name: 'the way into the host',
    holders: [held(sshd, leaked)],
    params: restart,
    plan: [],
    refused: ['sshd.service is not restarted unless it is named'],
  },
  {
    name: 'the way into the host, meant by a wildcard',
    holders: [held(sshd, leaked)],
    params: { ...restart, services: ['ssh*'] },
    plan: [],
    refused: ['unless it is named'],
  },
  {
    name: 'the way into the host, named',
    holders: [held(sshd, leaked)],
    params: { ...restart, services: ['sshd'] },
    plan: ['restart:sshd.service'],
  },
  {
    name: 'a service of any name that runs a database',
    holders: [held(unit('shop.service'), leaked, { names: ['shop.service', 'mysqld'] })],
    params: restart,
    plan: [],
    refused: ['what runs mysqld'],
  },
  {
    name: 'an instance of ceph',
    holders: [held(unit('ceph-osd@3.service'), leaked)],
    params: restart,
    plan: [],
    refused: ['ceph-osd@3.service'],
  },
  {
    name: 'on the never list of the playbook, though named',
    holders: [held(NTPD, leaked)],
    params: { ...restart, services: ['ntpd'], never: ['ntp*'] },
    plan: [],
    refused: ['ntpd.service is on the never list'],
  },
  {
    name: 'dockerd would go along',
    holders: [held(NTPD, leaked, { along: [unit('docker.service')] })],
    params: restart,
    plan: [],
    refused: ['systemd would restart docker.service along with it'],
  },
  {
    name: 'something of no concern goes along',
    holders: [held(NTPD, leaked, { along: [unit('chat.service')] })],
    params: restart,
    plan: ['restart:ntpd.service'],
  },
  {
    name: 'something on the never list of the playbook goes along',
    holders: [held(NTPD, leaked, { along: [unit('chat.service')] })],
    params: { ...restart, never: ['chat'] },
    plan: [],
    refused: ['chat.service along'],
  },
  {
    name: 'this session lives in it',
    holders: [held(NTPD, leaked)],
    state: { view: { hostNamespace: 100, ownNamespace: 200, namespaces: [], unreadable: [] } },
    params: restart,
    plan: [],
    refused: ['this very session'],
  },
  {
    name: 'its unit file is gone',
    holders: odd({ loadState: 'not-found' }),
    params: restart,
    plan: [],
    refused: ['it would not start again'],
  },
  {
    name: 'it is transient',
    holders: odd({}, { Transient: 'yes' }),
    params: restart,
    plan: [],
    refused: ['gone once it is stopped'],
  },
  {
    name: 'it is a oneshot',
    holders: odd({}, { Type: 'oneshot' }),
    params: restart,
    plan: [],
    refused: ['do its job once more'],
  },
  {
    name: 'it refuses',
    holders: odd({}, { RefuseManualStop: 'yes' }),
    params: restart,
    plan: [],
    refused: ['refuses to be started or stopped'],
  },
  {
    name: 'it has failed, and a process of it is left',
    holders: odd({ activeState: 'failed' }),
    params: restart,
    plan: [],
    refused: ['it is failed (running), not active'],
  },
  {
    name: 'nothing needs to be done, so nothing is refused',
    holders: [held(sshd, [copy('latent', 'mount-flags')])],
    params: restart,
    plan: [],
  },
];

describe('what is planned for services that hold', () => {
  it.each([...CASES, ...REFUSED])('$name', ({ holders, params = {}, state = {}, plan, refused = [] }) => {
    const seen = stateOf(holders, state);
    const given = paramsOf(params);
    expect(planHolders(seen, given).map(({ id }) => id)).toEqual(plan);
    const words = refuseHolders(seen, given).map(({ what, why }) => `${what}: ${why}`);
    expect(words).toHaveLength(refused.length);
    for (const [index, word] of refused.entries()) expect(words[index]).toContain(word);
  });
});

describe('several services', () => {
  const named = (name: string, properties = {}, along: readonly string[] = []) =>
    held(unit(name, properties), leaked, { along: along.map((each) => unit(each)) });
  const ids = (...holders: readonly HeldService[]) =>
    planHolders(stateOf(holders), paramsOf(restart)).map(({ id }) => id);

  it('are restarted in the order in which they would start, by name where that is open', () => {
    expect(ids(named('b.service'), named('a.service'))).toEqual(['restart:a.service', 'restart:b.service']);
    expect(ids(named('a.service', { After: 'basic.target b.service' }), named('b.service'))).toEqual([
      'restart:b.service',
      'restart:a.service',
    ]);
    expect(ids(named('a.service', { After: 'b.service' }), named('b.service', { After: 'a.service' }))).toHaveLength(2);
  });

  it('are not restarted twice: what goes along with another one is looked at again afterwards', () => {
    expect(ids(named('a.service'), named('b.service', {}, ['a.service']))).toEqual(['restart:b.service']);
    expect(ids(named('a.service', {}, ['b.service']), named('b.service', {}, ['a.service']))).toHaveLength(2);
  });

  it('say what goes along, and that a restart alone is no cure', () => {
    const [change] = planHolders(stateOf([held(PRIVATE, deaf, { along: [unit('chat.service')] })]), paramsOf(restart));
    expect(change?.blast?.join('\n')).toMatch(/chat.service is restarted along.*\n.*once more, and keep that too/);
    expect(change?.why).toContain('it keeps 1 mount of container app, gone from the host; MountFlags=private');
  });
});
