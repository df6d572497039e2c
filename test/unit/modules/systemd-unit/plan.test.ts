import { describe, expect, it } from 'vitest';
import { systemdUnitModule } from '../../../../src/modules/systemd-unit/index.ts';
import type { UnitState } from '../../../../src/programs/systemd-unit-state.ts';

function unit(given: Partial<UnitState> = {}, properties: Readonly<Record<string, string>> = {}): UnitState {
  return {
    asked: 'app.service',
    id: 'app.service',
    loadState: 'loaded',
    activeState: 'active',
    subState: 'running',
    unitFileState: 'enabled',
    fragmentPath: '/usr/lib/systemd/system/app.service',
    dropInPaths: [],
    needsReload: false,
    mainPid: 7,
    mainStartMicros: 100,
    properties: new Map(Object.entries(properties)),
    ...given,
  };
}

const DOWN = { activeState: 'inactive', subState: 'dead', mainPid: 0 };
const MASKED = { ...DOWN, loadState: 'masked', unitFileState: 'masked' };

const params = (given: object) => systemdUnitModule.params.parse({ name: 'app.service', ...given });
const plan = (state: UnitState, given: object, tried = new Map()) =>
  systemdUnitModule.plan(state, params(given), tried);
const steps = (state: UnitState, given: object) => plan(state, given).map(({ action }) => action);
const refusal = (state: UnitState, given: object) =>
  systemdUnitModule.refusals?.(state, params(given), new Map())[0]?.why;

describe('the plan for a unit', () => {
  it.each([
    ['nothing where all is so', unit(), { state: 'started', enabled: true, masked: false }, []],
    [
      'start, after enabling it',
      unit({ ...DOWN, unitFileState: 'disabled' }),
      { state: 'started', enabled: true },
      ['enable', 'start'],
    ],
    ['start again what failed', unit({ ...DOWN, activeState: 'failed' }), { state: 'started' }, ['start']],
    [
      'nothing to what failed, and should be stopped',
      unit({ ...DOWN, activeState: 'failed' }),
      { state: 'stopped' },
      [],
    ],
    ['stop, disable and mask', unit(), { state: 'stopped', enabled: false, masked: true }, ['stop', 'disable', 'mask']],
    [
      'nothing to what is gone, and should be stopped',
      unit({ ...DOWN, loadState: 'not-found', unitFileState: '' }),
      { state: 'stopped', enabled: false },
      [],
    ],
    ['read its files again first', unit({ needsReload: true }), { state: 'restarted' }, ['reload', 'restart']],
    [
      'unmask before all else',
      unit({ ...MASKED, needsReload: true }),
      { masked: false, enabled: true, state: 'started' },
      ['unmask', 'start'],
    ],
    [
      'enable for good what is enabled until the next boot',
      unit({ unitFileState: 'enabled-runtime' }),
      { enabled: true },
      ['enable'],
    ],
    ['leave what an alias enables', unit({ unitFileState: 'alias' }), { enabled: true }, []],
    ['leave disabled what another unit starts', unit({ unitFileState: 'static' }), { enabled: false }, []],
  ] as const)('%s', (_, state, given, expected) => expect(steps(state, given)).toEqual(expected));

  it('carries with each step what it was planned on, but not what a step before it changes', () => {
    const chain = plan(unit(), { state: 'stopped', enabled: false, masked: true });
    expect(chain.map(({ witness, needs }) => [witness.active, witness.file, needs])).toEqual([
      ['active 7', '-', undefined],
      ['-', 'enabled', ['stop']],
      ['-', '-', ['disable']],
    ]);
  });

  it('restarts once each time that it runs, and asks for it as long as it did not work', () => {
    expect(steps(unit(), { state: 'restarted' })).toEqual(['restart']);
    expect(plan(unit(), { state: 'restarted' }, new Map([['restart', { kind: 'done' }]]))).toEqual([]);
    expect(plan(unit(), { state: 'restarted' }, new Map([['restart', { kind: 'not-yet', why: '' }]]))).toHaveLength(1);
  });

  it('tells the danger, before and in the plan', () => {
    const risks = (name: string, given: object) => [
      plan(unit({ id: name, asked: name }), { name, ...given })[0]?.risk,
      systemdUnitModule.dangers?.(params({ name, ...given }))[0],
    ];
    expect(risks('docker.service', { state: 'restarted' })).toEqual(['restart-docker', 'restart-docker']);
    expect(risks('containerd.service', { state: 'stopped' })).toEqual(['restart-docker', 'restart-docker']);
    expect(risks('app.service', { state: 'stopped' })).toEqual(['restart-holder', 'restart-holder']);
    expect(risks('app.service', { enabled: false })).toEqual(['file', undefined]);
  });

  it('says what ends with it, and what may start it again', () => {
    const wired = unit({}, { RequiredBy: 'web.service multi-user.target', TriggeredBy: 'app.socket' });
    expect(plan(wired, { state: 'stopped' })[0]?.blast).toEqual([
      'app.service runs as pid 7, and is ended',
      'what requires it ends with it: web.service',
      'app.socket can start it again',
    ]);
  });
});

describe('what is refused of a unit', () => {
  it.each([
    ['a unit that is not there', unit({ ...DOWN, loadState: 'not-found' }), { state: 'started' }, /no such unit/],
    ['one that is masked', unit(MASKED), { state: 'started' }, /is masked/],
    ['one whose files are broken', unit({ ...DOWN, loadState: 'bad-setting' }), { state: 'restarted' }, /bad-setting/],
    [
      'to enable what has no [Install]',
      unit({ unitFileState: 'static' }),
      { enabled: true },
      /cannot be enabled: it is static/,
    ],
  ] as const)('%s', (_, state, given, why) => {
    expect(refusal(state, given)).toMatch(why);
    expect(steps(state, given)).toEqual([]);
  });

  it.each(['ssh.service', 'sshd@1.service', 'systemd-journald.service', 'dbus.socket', '-.mount', 'multi-user.target'])(
    'to stop, restart, disable or mask %s without force',
    (name) => {
      const state = unit({ id: name, asked: name });
      for (const given of [{ state: 'stopped' }, { state: 'restarted' }, { enabled: false }, { masked: true }]) {
        expect(refusal(state, { name, ...given })).toContain('depends on it');
        expect(refusal(state, { name, ...given, force: true })).toBeUndefined();
      }
      expect(refusal(unit({ ...DOWN, id: name }), { name, state: 'started' })).toBeUndefined();
      expect(refusal(unit({ ...DOWN, id: name }), { name, state: 'stopped' })).toBeUndefined();
    },
  );

  it('sees through an alias', () => {
    expect(refusal(unit({ id: 'ssh.service' }), { state: 'stopped' })).toContain('depends on it');
    expect(refusal(unit({ id: 'sshguard.service' }), { state: 'stopped' })).toBeUndefined();
  });

  it.each([
    [{ state: 'started', masked: true }, false],
    [{ enabled: true, masked: true }, false],
    [{}, false],
    [{ name: 'docker', state: 'started' }, false],
    [{ name: 'a@.service', state: 'started' }, false],
    [{ name: 'a@1.service', state: 'started' }, true],
  ])('takes %j as parameters: %s', (given, valid) => {
    expect(systemdUnitModule.params.safeParse({ name: 'app.service', ...given }).success).toBe(valid);
  });
});

describe('looking again at a unit', () => {
  const verdict = (action: string, after: UnitState, before: UnitState) => {
    const change = { action } as Parameters<typeof systemdUnitModule.verify>[1];
    return systemdUnitModule.verify(after, change, before).kind;
  };

  it.each([
    ['start', unit(), unit(DOWN)],
    ['stop', unit(DOWN), unit()],
    ['restart', unit({ mainPid: 8 }), unit()],
    ['enable', unit(), unit({ unitFileState: 'disabled' })],
    ['disable', unit({ unitFileState: 'disabled' }), unit()],
    ['mask', unit(MASKED), unit()],
    ['unmask', unit(DOWN), unit(MASKED)],
    ['reload', unit(), unit({ needsReload: true })],
  ])('sees %s done, and not done', (action, after, before) => {
    expect([verdict(action, after, before), verdict(action, before, before)]).toEqual(['as-wanted', 'not-yet']);
  });

  it('knows a oneshot that has done its work from one that never ran, or failed', () => {
    const ran = (Result: string, mainStartMicros: number) =>
      unit({ ...DOWN, mainStartMicros }, { Type: 'oneshot', Result });
    expect(verdict('start', ran('success', 200), ran('success', 100))).toBe('as-wanted');
    expect(verdict('start', ran('success', 100), ran('success', 100))).toBe('not-yet');
    expect(verdict('start', ran('exit-code', 200), ran('success', 100))).toBe('not-yet');
  });

  it('does not call up what is still on its way', () => {
    expect(verdict('start', unit({ activeState: 'activating' }), unit(DOWN))).toBe('not-yet');
  });
});
