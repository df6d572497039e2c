import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartView } from '../../../src/programs/docker-restart-state.ts';
import { type GuardedRestart, guardedRestart } from '../../../src/programs/guarded-restart.ts';
import { recordUndo } from '../../../src/programs/record-undo.ts';
import { acknowledgeReverts, confirmUndo } from '../../../src/programs/settle-undo.ts';
import { triggerRevert } from '../../../src/programs/trigger-revert.ts';
import { type UndoState, undoState } from '../../../src/programs/undo-state.ts';
import { CAN_HIDE_STATE, DockerdUnitWorld } from '../../support/dockerd-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { shellKinds } from '../../support/shells.ts';

if (!CAN_HIDE_STATE) console.warn('LEFT OUT: guarded-restart needs root and mount namespaces of Linux');

const unit = 'docker.service';

// systemd and dockerd are stand-ins here; real ones are met in the lab.
describe.skipIf(!CAN_HIDE_STATE).each(shellKinds())('guarded-restart under $name', (shell) => {
  let world: DockerdUnitWorld;
  beforeEach(() => {
    world = new DockerdUnitWorld(makeSandbox().path);
  });
  afterEach(() => world.close());
  const host = () => world.host(shell);
  const file = () => join(world.path, 'etc/change.conf');

  async function state(): Promise<UndoState> {
    const look = await undoState(host(), unit);
    if (!look.ok) throw look.error;
    return look.state;
  }

  /** Changes a file as a module does: what was there is kept first. */
  async function change(text: string): Promise<void> {
    expect(await recordUndo(host(), { unit, path: file() })).toEqual({ kind: 'done' });
    writeFileSync(file(), text);
  }

  async function restart(twist: Partial<GuardedRestart> = {}) {
    const { pid, start } = world;
    const keys = (await state()).entries.map(({ key }) => key);
    const running = undefined;
    const plain = { unit, pid, start, withinSeconds: 60, window: undefined, keys, running, comeBack: [] };
    return guardedRestart(host(), { ...plain, ...twist });
  }

  /** Until the host has put back what was changed. */
  async function reverted(): Promise<UndoState> {
    for (;;) {
      const now = await state();
      if (now.notes.length > 0) return now;
      await sleep(200);
    }
  }

  it('restarts, tells what ran and what runs, and leaves nothing behind once it is confirmed', async () => {
    writeFileSync(file(), 'old');
    const [always, once] = [world.container('always', 'always'), world.container('once', 'no')];
    await change('new');
    const before = world.pid;
    const answer = await restart({ comeBack: [always], running: [always, once] });
    expect(answer).toMatchObject({ kind: 'up', after: { pid: world.pid, start: world.start } });
    if (answer.kind !== 'up') return;
    expect(world.pid).not.toBe(before);
    expect(answer.after.before.map(({ name }) => name).sort()).toEqual(['always', 'once']);
    expect(answer.after.containers.map(({ name, pid }) => [name, pid])).toEqual([['always', 101]]);
    expect(answer.after.outageSeconds).toBeGreaterThanOrEqual(0);
    const [waits] = (await state()).watched;
    expect(waits).toMatchObject({ token: answer.token, alive: true, reverting: false });
    expect(waits?.before).toHaveLength(2);
    const keys = waits?.keys ?? [];
    expect(await confirmUndo(host(), { unit, token: answer.token, keys })).toEqual({ kind: 'done' });
    expect(await state()).toMatchObject({ entries: [], watched: [], notes: [] });
    expect(world.left()).toEqual([]);
    expect(readFileSync(file(), 'utf8')).toBe('new');
    expect(world.asked()).toContain('daemon-reload');
  });

  it('gives back the old file at once if dockerd does not start with the new one', async () => {
    writeFileSync(file(), 'old', { mode: 0o640 });
    await change('broken');
    const answer = await restart();
    expect(answer).toMatchObject({ kind: 'down', reason: 'failed', watched: true });
    if (answer.kind !== 'down') return;
    expect(answer.note).toMatchObject({ reason: 'failed', api: true, paths: [{ path: file(), back: true }] });
    expect(readFileSync(file(), 'utf8')).toBe('old');
    expect(world.pid).not.toBe(0);
    const { notes, entries, watched } = await state();
    expect([entries, watched]).toEqual([[], []]);
    expect(notes).toEqual([answer.note]);
    expect(await acknowledgeReverts(host(), unit, [notes[0]?.token ?? ''])).toEqual({ kind: 'done' });
    expect((await state()).notes).toEqual([]);
  });

  it('gives back the old file if dockerd is there and does not answer', async () => {
    await change('silent');
    const answer = await restart({ withinSeconds: 20 });
    expect(answer).toMatchObject({ kind: 'down', reason: 'silent', note: { reason: 'silent', api: true } });
    expect(existsSync(file())).toBe(false);
  });

  it('takes a file away that was not there, and one with an odd name back', async () => {
    await change('broken');
    const odd = join(world.path, "etc/a dir/an 'odd' name\n\n");
    mkdirSync(dirname(odd));
    writeFileSync(odd, 'old\n');
    await recordUndo(host(), { unit, path: odd });
    rmSync(dirname(odd), { recursive: true });
    expect(await restart()).toMatchObject({ kind: 'down' });
    expect(existsSync(file())).toBe(false);
    expect(readFileSync(odd, 'utf8')).toBe('old\n');
  });

  it('is taken back by the host alone if nobody confirms it, and cannot be confirmed then', async () => {
    writeFileSync(file(), 'old');
    await change('new');
    const answer = await restart({ withinSeconds: 4 });
    expect(answer.kind).toBe('up');
    const pid = world.pid;
    const { notes } = await reverted();
    expect(notes).toMatchObject([{ reason: 'unconfirmed', api: true, paths: [{ path: file(), back: true }] }]);
    expect(readFileSync(file(), 'utf8')).toBe('old');
    expect(world.pid).not.toBe(pid);
    const token = answer.kind === 'up' ? answer.token : '';
    expect(await confirmUndo(host(), { unit, token, keys: [] })).toMatchObject({
      kind: 'failed',
      error: { code: 'E_VERIFY', message: expect.stringContaining('came too late') },
    });
    expect((await state()).notes).toEqual(notes);
  });

  it('is taken back at once when told so, and only then', async () => {
    writeFileSync(file(), 'old');
    await change('new');
    const answer = await restart();
    const token = answer.kind === 'up' ? answer.token : '';
    expect(await triggerRevert(host(), unit, token, 'containers')).toMatchObject({
      kind: 'reverted',
      note: { reason: 'containers', api: true },
    });
    expect(readFileSync(file(), 'utf8')).toBe('old');
    expect(await triggerRevert(host(), unit, 'abc', 'containers')).toEqual({ kind: 'stale' });
  });

  it('is watched by a timer of systemd where there is one, which is gone once it is confirmed', async () => {
    writeFileSync(join(world.path, 'with-timers'), '');
    await change('new');
    const answer = await restart();
    expect(answer.kind).toBe('up');
    const [waits] = (await state()).watched;
    expect(waits?.alive).toBe(true);
    expect(world.asked()).toMatch(/systemd-run --unit=unbusy-revert-[0-9a-f]+ .*--on-active=60s/);
    const token = waits?.token ?? '';
    await confirmUndo(host(), { unit, token, keys: waits?.keys ?? [] });
    expect(world.asked()).toContain(`systemctl stop unbusy-revert-${token}.timer`);
    await change('broken');
    expect(await restart()).toMatchObject({ kind: 'down', note: { api: true } });
    expect(readFileSync(file(), 'utf8')).toBe('new');
  });

  it('takes over from a watchdog that is gone', async () => {
    writeFileSync(join(world.path, 'with-timers'), '');
    writeFileSync(file(), 'old');
    await change('new');
    const answer = await restart();
    const token = answer.kind === 'up' ? answer.token : '';
    rmSync(join(world.path, 'timers', `unbusy-revert-${token}`));
    expect((await state()).watched).toMatchObject([{ alive: false }]);
    expect(await triggerRevert(host(), unit, token, 'unconfirmed')).toMatchObject({ kind: 'reverted' });
    expect(readFileSync(file(), 'utf8')).toBe('old');
  });

  it('does nothing if the host is not as it was seen', async () => {
    await change('new');
    const known = world.container('known', 'no');
    world.container('new', 'no', 'b'.repeat(64));
    const now = new Date();
    const hours = [now.getHours(), (now.getHours() + 1) % 24, (now.getHours() + 2) % 24];
    const [, from, to] = hours.map((hour) => String((hour + 1) % 24).padStart(2, '0'));
    const pid = world.pid;
    for (const [twist, found] of [
      [{ pid: pid + 1 }, 'the main process of docker.service is'],
      [{ start: '1' }, 'is another one'],
      [{ pid: 0, start: '0' }, 'the main process of docker.service is'],
      [{ running: [known] }, 'was started meanwhile'],
      [{ window: `${from}:30-${to}:30` }, 'outside of'],
    ] as const) {
      expect(await restart(twist), JSON.stringify(twist)).toMatchObject({
        kind: 'stale',
        found: expect.stringContaining(found),
      });
    }
    expect(world.pid).toBe(pid);
    expect((await state()).watched).toEqual([]);
    expect(world.asked()).not.toContain('daemon-reload');
  });

  it('says that there was nothing to put back, and sets nobody to watch', async () => {
    const answer = await restart();
    expect(answer.kind).toBe('up');
    expect((await state()).watched).toEqual([]);
    writeFileSync(file(), 'broken');
    expect(await restart()).toMatchObject({ kind: 'down', watched: false, note: undefined });
    expect(readFileSync(file(), 'utf8')).toBe('broken');
  });

  it('sees what a restart would meet', async () => {
    world.container('web', 'always');
    writeFileSync(join(world.path, 'docker-etc/daemon.json'), '{"live-restore": true}\n');
    writeFileSync(join(world.path, 'data/tmp/GetImageBlob123'), '');
    const look = await restartView(host());
    if (!look.ok) throw look.error;
    const { view } = look;
    expect(view).toMatchObject({ daemonPid: world.pid, api: { kind: 'answered' }, liveRestore: false });
    expect(view.daemons).toContainEqual(expect.objectContaining({ pid: world.pid, start: world.start }));
    expect(view.containers).toMatchObject([{ name: 'web', policy: 'always', execs: 0, autoRemove: false }]);
    // Clients of other tests on this machine are seen as well.
    const own = view.activities.filter(({ what }) => !/^process \d+$/.test(what));
    expect(own).toEqual([{ kind: 'pull', what: join(world.path, 'data/tmp/GetImageBlob123') }]);
    expect(view.config).toEqual({ kind: 'read', text: '{"live-restore": true}\n' });
    expect(view.minuteOfDay).toBeLessThan(1440);
  });
});
