import { describe, expect, it } from 'vitest';
import { planRestart, refuseRestart } from '../../../../src/modules/docker-restart/plan.ts';
import type { Tried } from '../../../../src/modules/module.ts';
import type { RevertNote } from '../../../../src/programs/undo-state.ts';
import { container, entry, LIVE, restartParams, restartState, watched } from './restart-cases.ts';

type Twist = Parameters<typeof restartState>[0];

const NEW = { entries: [entry({ ticks: 6000 })] };
const NONE: Tried = new Map();

const plan = (twist: Twist, given: object = {}, tried = NONE) =>
  planRestart(restartState(twist), restartParams(given), tried);
const ids = (twist: Twist, given: object = {}, tried = NONE) => plan(twist, given, tried).map(({ id }) => id);
const refusals = (twist: Twist, given: object = {}) =>
  refuseRestart(restartState(twist), restartParams(given), NONE).map(({ why }) => why);

describe('the plan of a restart', () => {
  it('is empty on a host that is as wanted, whatever the policy', () => {
    expect(plan({})).toEqual([]);
    expect(plan({}, { policy: 'never' })).toEqual([]);
    expect(refusals({ view: { ownNetwork: true } })).toEqual([]);
  });

  it('carries what the host compares, and what it stops', () => {
    const containers = [container('once'), container('forever', { policy: 'always' })];
    const [change] = plan({ undo: NEW, view: { containers } });
    expect(change).toMatchObject({
      id: 'restart',
      title: 'restart docker.service (2 of 2 running stop, 1 may not come back by itself)',
      risk: 'restart-docker',
      witness: { pid: 42, start: '5000', keys: ['k1'], running: ['forever', 'once'] },
      step: { comeBack: ['forever'], liveRestore: 'stops' },
    });
    expect(change?.blast?.at(-1)).toContain('the host itself puts back what was changed');
  });

  it('does not bind the set of containers where live-restore keeps them', () => {
    const [change] = plan({ undo: NEW, view: { ...LIVE, containers: [container('once')] } });
    expect(change).toMatchObject({ witness: { running: null }, step: { comeBack: ['once'], liveRestore: 'kept' } });
    expect(change?.title).toContain('all keep running');
  });

  it('says that nobody watches where nothing was kept', () => {
    const [change] = plan({}, { force: true });
    expect(change?.blast?.at(-1)).toContain('nobody watches');
  });

  it('is forced once', () => {
    expect(ids({}, { force: true })).toEqual(['restart']);
    expect(ids({}, { force: true }, new Map([['restart', { kind: 'done' }]]))).toEqual([]);
  });

  it.each([
    [{ policy: 'never' }, {}, 'policy never'],
    [{ policy: 'window', window: '02:00-04:00' }, {}, 'it is 10:00 on the host'],
    [{ policy: 'when_idle' }, { containers: [container('web')] }, 'would stop web'],
    [{ policy: 'when_idle' }, { activities: [{ kind: 'build', what: 'process 7' }] }, 'a build is under way'],
    [{ policy: 'when_idle' }, { unseen: [{ kind: 'pull', why: 'x' }] }, 'is not known'],
    [{ policy: 'when_idle' }, { ...LIVE, containers: [container('web', { execs: 1 })] }, 'docker exec runs in web'],
    [{ policy: 'when_idle' }, { ...LIVE, containers: [container('web', { execs: undefined })] }, 'docker exec'],
  ] as const)('is pending by %j', (given, view, why) => {
    const [change] = plan({ undo: NEW, view: view as NonNullable<Twist>['view'] & object }, given);
    expect(change?.pending).toContain(why);
  });

  it.each([
    [{ policy: 'now' }, { containers: [container('web')] }],
    [{ policy: 'window', window: '09:30-10:01' }, {}],
    [{ policy: 'when_idle' }, {}],
    [{ policy: 'when_idle' }, { ...LIVE, containers: [container('web')] }],
  ] as const)('is not pending by %j', (given, view) => {
    const [change] = plan({ undo: NEW, view: view as NonNullable<Twist>['view'] & object }, given);
    expect(change).toMatchObject({ id: 'restart' });
    expect(change?.pending).toBeUndefined();
  });
});

describe('a restart is refused', () => {
  it.each<[string, Twist, string]>([
    ['without systemd', { unit: null }, 'systemd does not run this host'],
    ['without the unit', { unit: { loadState: 'not-found', mainPid: 0 } }, 'the unit is not-found'],
    ['of a masked unit', { unit: { loadState: 'masked' } }, 'the unit is masked'],
    [
      'if another dockerd answers',
      { view: { daemonPid: 7, daemons: [{ pid: 7, start: '1', namespace: 1, unit: 'snap.docker.dockerd.service' }] } },
      'snap.docker.dockerd.service',
    ],
    ['from within a container', { view: { ownContainer: 'f'.repeat(64) } }, 'our own shell runs in container ffff'],
    ['from another network namespace', { view: { ownNetwork: true } }, 'network namespace of the host'],
    [
      'by way of a container',
      { view: { peer: '172.17.0.2', containers: [container('vpn', { addresses: ['172.17.0.2'] })] } },
      'our connection comes from container vpn',
    ],
    ['with a broken daemon.json', { view: { config: { kind: 'read', text: '{' } } }, 'daemon.json'],
    ['of a silent daemon', { view: { api: { kind: 'silent', why: 'late' } } }, 'what would stop is not known: late'],
  ])('%s', (_, twist, why) => {
    const full = { ...twist, undo: NEW };
    expect(refusals(full)).toEqual([expect.stringContaining(why)]);
    expect(ids(full)).toEqual([]);
  });

  it('no more of a silent daemon if it is forced', () => {
    const twist = { undo: NEW, view: { api: { kind: 'silent' as const, why: 'late' } } };
    expect(refusals(twist, { force: true })).toEqual([]);
    expect(plan(twist, { force: true })[0]).toMatchObject({ certainty: 'unknown', witness: { running: null } });
  });

  it('not from an address that no container has', () => {
    const twist = {
      undo: NEW,
      view: { peer: '10.0.0.1', containers: [container('vpn', { addresses: ['172.17.0.2'] })] },
    };
    expect(refusals(twist)).toEqual([]);
  });
});

describe('what earlier runs left', () => {
  const note: RevertNote = {
    token: 'abc',
    epoch: 1_800_000_000,
    reason: 'unconfirmed',
    api: true,
    paths: [{ path: '/etc/x', back: true }],
  };

  it('is told before anything else is done', () => {
    const changes = plan({ undo: { ...NEW, notes: [note] } });
    expect(changes.map(({ id }) => id)).toEqual(['acknowledge', 'restart']);
    expect(changes[0]?.why).toBe(
      '2027-01-15T08:00:00Z: the restart was not confirmed in time (a lost link, or a run that ended early); put back /etc/x; dockerd answers again',
    );
  });

  it('is confirmed where the restart was made and all is well', () => {
    const old = { entries: [entry()] };
    expect(plan({ undo: old })[0]).toMatchObject({ id: 'confirm', step: { token: undefined, keys: ['k1'] } });
    const changes = plan({ undo: { ...old, watched: [watched()] } });
    expect(changes).toMatchObject([{ id: 'confirm', step: { token: 'abc', keys: ['k1'] }, risk: 'file' }]);
  });

  it('is left to the host where something is missing, and taken back where nobody watches any more', () => {
    const silent = { api: { kind: 'silent' as const, why: 'late' } };
    const before = [container('web', { policy: 'always' })];
    for (const [view, one] of [
      [silent, watched()],
      [{}, watched({ before })],
    ] as const) {
      const twist = { undo: { entries: [entry()], watched: [one] }, view };
      expect(ids(twist)).toEqual([]);
      expect(refusals(twist)).toEqual([expect.stringContaining('the host takes the change back in 1m00s')]);
    }
    const dead = { undo: { entries: [entry()], watched: [watched({ alive: false })] }, view: silent };
    expect(ids(dead)).toEqual(['revert:abc']);
    expect(refusals(dead)).toEqual([]);
  });

  it('is not touched while the host puts it back, and finished if that ended half way', () => {
    const at = (alive: boolean) => ({ undo: { ...NEW, watched: [watched({ reverting: true, alive })] } });
    expect(ids(at(true))).toEqual([]);
    expect(refusals(at(true))).toEqual([expect.stringContaining('just now')]);
    expect(ids(at(false))).toEqual(['revert:abc']);
  });

  it('does not keep a new restart from being made', () => {
    expect(ids({ undo: { ...NEW, watched: [watched()] } })).toEqual(['restart']);
  });
});
