import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemonReload } from '../../../src/programs/daemon-reload.ts';
import { unitStates } from '../../../src/programs/systemd-unit-state.ts';
import { unitStep } from '../../../src/programs/unit-step.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox, pictureOf } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { laySystemd, layUnit, underSystemd } from '../../support/systemd-world.ts';

const OWN_GROUP = existsSync('/proc/self/cgroup')
  ? (readFileSync('/proc/self/cgroup', 'utf8').split('\n').at(-2) ?? '').replace(/^[^:]*:[^:]*:/, '')
  : '/';

describe.runIf(CAN_UNSHARE).each(shellKinds())('programs that ask systemd, under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let host: ShellHost;
  beforeEach(() => {
    sandbox = makeSandbox();
    laySystemd(sandbox.path);
    layUnit(sandbox.path, 'app.service');
    host = new ShellHost(underSystemd(shell, sandbox.path));
  });
  afterEach(() => sandbox.remove());
  const path = (name: string) => join(sandbox.path, name);
  const calls = () => readFileSync(path('log/calls'), 'utf8').trimEnd().split('\n');

  it('asks for several units in one call, and keeps their order', async () => {
    layUnit(sandbox.path, 'odd\\x2dname@1.service', { Description: 'a\tb = c \\d', MountFlags: '524288' });
    const look = await unitStates(host, ['odd\\x2dname@1.service', 'none.service', 'app.service'], ['Description']);
    if (!look.ok) throw look.error;
    expect(look.units.map((unit) => [unit.asked, unit.id, unit.loadState, unit.mainPid])).toEqual([
      ['odd\\x2dname@1.service', 'odd\\x2dname@1.service', 'loaded', 1],
      ['none.service', 'none.service', 'not-found', 0],
      ['app.service', 'app.service', 'loaded', 1],
    ]);
    expect(look.units[0]?.properties.get('Description')).toBe('a\tb = c \\d');
    expect(look.units[0]?.properties.get('MountFlags')).toBe('524288');
    expect(look.units[2]?.properties.get('MountFlags')).toBeUndefined();
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(/ -p Description -- odd\\x2dname@1.service none.service app.service$/);
  });

  it('takes a name that begins with a dash for a name', async () => {
    layUnit(sandbox.path, '-.mount');
    expect(await unitStates(host, ['-.mount'])).toMatchObject({ ok: true, units: [{ id: '-.mount' }] });
  });

  it('knows nothing of any unit where systemctl fails', async () => {
    const look = await unitStates(host, ['app.service', 'not valid']);
    expect(look).toMatchObject({
      ok: false,
      error: { code: 'E_UNKNOWN', message: expect.stringContaining('not valid') },
    });
  });

  it('sees that a drop-in was not read yet, and that a reload reads it', async () => {
    writeFileSync(path('units/app.service'), `${readFileSync(path('units/app.service'), 'utf8')}\n`);
    const state = async () => {
      const look = await unitStates(host, ['app.service']);
      return look.ok ? look.units.map(({ needsReload, dropInPaths }) => ({ needsReload, dropInPaths })) : look;
    };
    expect(await state()).toEqual([{ needsReload: false, dropInPaths: [] }]);
    mkdirSync(path('etc/app.service.d'));
    for (const name of ['10-a.conf', '20-b.conf']) writeFileSync(path(`etc/app.service.d/${name}`), '[Service]\n');
    expect(await state()).toEqual([{ needsReload: true, dropInPaths: [] }]);
    expect(await daemonReload(host)).toEqual({ kind: 'done' });
    const dropInPaths = ['10-a.conf', '20-b.conf'].map((name) => `/etc/systemd/system/app.service.d/${name}`);
    expect(await state()).toEqual([{ needsReload: false, dropInPaths }]);
  });

  const step = { unit: 'app.service', runtime: false, expected: 'active 1', expectedFile: 'enabled' } as const;

  it('does one step on a unit that is as expected', async () => {
    expect(await unitStep(host, { ...step, verb: 'restart' })).toEqual({ kind: 'done' });
    expect(await unitStates(host, ['app.service'])).toMatchObject({ ok: true, units: [{ mainPid: 2 }] });
    expect(await unitStep(host, { ...step, verb: 'stop' })).toMatchObject({
      kind: 'stale',
      found: expect.stringContaining('process 2'),
    });
    expect(await unitStep(host, { ...step, verb: 'disable', expected: '-', expectedFile: 'static' })).toMatchObject({
      kind: 'stale',
    });
    expect(await unitStep(host, { ...step, verb: 'disable', expected: '-', runtime: true })).toEqual({ kind: 'done' });
    expect(calls().filter((call) => !call.includes(' show '))).toEqual([
      '--no-ask-password restart -- app.service',
      '--no-ask-password --runtime disable -- app.service',
    ]);
  });

  it('brings the end of the journal with a failure', async () => {
    layUnit(sandbox.path, 'app.service', {
      Fail: 'restart',
      Result: 'exit-code',
      SubState: 'failed',
      ActiveState: 'failed',
    });
    const failed = await unitStep(host, { ...step, verb: 'restart', expected: 'failed 1' });
    if (failed.kind !== 'failed') throw new Error(failed.kind);
    expect(failed.error.message).toBe(
      'systemctl restart app.service failed: Job for app.service failed.; it is failed (failed); its journal ends: exec: no such file',
    );
    expect(failed.error.data).toMatchObject({ result: 'exit-code', journal: ['starting', 'exec: no such file'] });
  });

  it('does not call started what falls over at once', async () => {
    layUnit(sandbox.path, 'app.service', { Falls: 'yes' });
    const failed = await unitStep(host, { ...step, verb: 'start' });
    expect(failed).toMatchObject({ kind: 'failed', error: { message: expect.stringContaining('did not stay up') } });
  });

  // In the root group nothing carries anything; the lab tries it on a host where a session belongs to a unit.
  it.runIf(OWN_GROUP !== '/')('never ends the unit that it runs in', async () => {
    layUnit(sandbox.path, 'app.service', { ControlGroup: OWN_GROUP });
    const refused = { kind: 'denied', why: expect.stringContaining('the very session') };
    for (const verb of ['stop', 'restart'] as const) {
      expect(await unitStep(host, { ...step, verb })).toMatchObject(refused);
    }
    layUnit(sandbox.path, 'app.service', { ControlGroup: `${OWN_GROUP}x` });
    expect(await unitStep(host, { ...step, verb: 'stop' })).toEqual({ kind: 'done' });
  });

  it('says that systemd does not run the host, and asks nobody', async () => {
    writeFileSync(path('no-systemd'), '');
    const before = pictureOf(sandbox.path);
    const missing = { code: 'E_PREFLIGHT_TOOL', message: expect.stringContaining('systemd does not run testhost') };
    expect(await unitStates(host, ['app.service'])).toMatchObject({ ok: false, error: missing });
    expect(await daemonReload(host)).toMatchObject({ kind: 'failed', error: missing });
    expect(await unitStep(host, { ...step, verb: 'stop' })).toMatchObject({ kind: 'failed', error: missing });
    expect(existsSync(path('log/calls'))).toBe(false);
    expect(pictureOf(sandbox.path)).toEqual(before);
  });
});
