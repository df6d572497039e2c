import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerRestartModule } from '../../../src/modules/docker-restart/index.ts';
import type { RestartState } from '../../../src/modules/docker-restart/state.ts';
import type { Applied, Tried } from '../../../src/modules/module.ts';
import { guardedRestart } from '../../../src/programs/guarded-restart.ts';
import { recordUndo } from '../../../src/programs/record-undo.ts';
import { restoreUndo } from '../../../src/programs/restore-undo.ts';
import { confirmUndo } from '../../../src/programs/settle-undo.ts';
import { type UndoState, undoState } from '../../../src/programs/undo-state.ts';
import { CAN_HIDE_STATE, DockerdUnitWorld } from '../../support/dockerd-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { shellKinds } from '../../support/shells.ts';

if (!CAN_HIDE_STATE) console.warn('LEFT OUT: a change that comes again needs root and mount namespaces of Linux');

const unit = 'docker.service';
const { observe, plan, apply, verify, refusals } = dockerRestartModule;
const params = dockerRestartModule.params.parse({ confirm_within: '30s' });

describe.skipIf(!CAN_HIDE_STATE).each(shellKinds())(
  'a change that was taken back, and comes again, under $name',
  (shell) => {
    let world: DockerdUnitWorld;
    beforeEach(() => {
      world = new DockerdUnitWorld(makeSandbox().path);
      writeFileSync(file(), 'old', { mode: 0o640 });
    });
    afterEach(() => world.close());
    const host = () => world.host(shell);
    const file = (name = 'change.conf') => join(world.path, 'etc', name);

    async function state(): Promise<UndoState> {
      const look = await undoState(host(), unit);
      if (!look.ok) throw look.error;
      return look.state;
    }

    async function look(): Promise<RestartState> {
      const seen = await observe(host(), params);
      if (seen.kind === 'unknown') throw seen.error;
      return seen.state;
    }

    /** Writes, or removes, as a module does. */
    async function change(text: string | undefined, name?: string): Promise<void> {
      expect(await recordUndo(host(), { unit, path: file(name) })).toEqual({ kind: 'done' });
      if (text === undefined) rmSync(file(name));
      else writeFileSync(file(name), text);
    }

    async function restart() {
      const keys = (await state()).entries.map(({ key }) => key);
      const { pid, start } = world;
      return guardedRestart(host(), {
        ...{ unit, pid, start, withinSeconds: 60, window: undefined, keys, running: undefined, comeBack: [] },
      });
    }

    const again = async () =>
      (await state()).rejected.filter((each) => each.again).map(({ path }) => path.split('/').at(-1));

    it('is known again by its content, until a restart of that path was confirmed', async () => {
      await change('broken');
      expect(await restart()).toMatchObject({ kind: 'down', reason: 'failed', watched: true });
      const [rejected] = (await state()).rejected;
      expect(rejected).toMatchObject({ reason: 'failed', again: false, path: file() });
      expect(rejected?.epoch).toBeGreaterThan(1_600_000_000);
      await change('broken');
      expect(await again()).toEqual(['change.conf']);
      writeFileSync(file(), 'broken ');
      expect(await again()).toEqual([]);
      writeFileSync(file(), 'new');
      const answer = await restart();
      const keys = (await state()).entries.map(({ key }) => key);
      await confirmUndo(host(), { unit, token: answer.kind === 'up' ? answer.token : '', keys });
      expect((await state()).rejected).toEqual([]);
      expect(readdirSync(world.store)).toEqual([expect.stringMatching(/^note\./)]);
    });

    it('is known again where it took a file away; a path that was as kept is no part of it', async () => {
      writeFileSync(file('gone'), 'old');
      writeFileSync(file('idle'), 'old');
      await change(undefined, 'gone');
      await change('old', 'idle');
      await change('broken');
      expect(await restart()).toMatchObject({ kind: 'down' });
      expect((await state()).rejected.map(({ path }) => path).sort()).toEqual([file(), file('gone')]);
      expect(await again()).toEqual([]);
      await change(undefined, 'gone');
      expect(await again()).toEqual(['gone']);
    });

    it('is put back without a restart, if all is as it was seen', async () => {
      await change('broken');
      await restart();
      const { pid, start } = world;
      await change('broken');
      const keys = (await state()).entries.map(({ key }) => key);
      const restore = (twist: object = {}) => restoreUndo(host(), { unit, pid, start, keys, ...twist });
      expect(await restore({ start: '1' })).toMatchObject({
        kind: 'stale',
        found: expect.stringContaining('another one'),
      });
      expect(await restore({ keys: ['abc'] })).toMatchObject({ kind: 'stale', found: expect.stringContaining('gone') });
      writeFileSync(file(), 'mended');
      expect(await restore()).toMatchObject({
        kind: 'stale',
        found: expect.stringContaining('no longer what was rejected'),
      });
      expect(readFileSync(file(), 'utf8')).toBe('mended');
      writeFileSync(file(), 'broken');
      const reloads = () => world.asked().split('daemon-reload').length;
      const before = reloads();
      expect(await restore()).toEqual({ kind: 'done' });
      expect(readFileSync(file(), 'utf8')).toBe('old');
      expect(statSync(file()).mode & 0o777).toBe(0o640);
      expect(world.pid).toBe(pid);
      expect(reloads()).toBe(before + 1);
      expect((await state()).entries).toEqual([]);
      expect(readdirSync(join(world.path, 'etc'))).toEqual(['change.conf']);
      await change('broken');
      expect(await again()).toEqual(['change.conf']);
    });

    it('is refused by docker_restart, put back, and still refused when that is done', async () => {
      await change('broken');
      await restart();
      const { pid } = world;
      await change('broken');
      const seen = await look();
      const [acknowledge, restore, ...rest] = plan(seen, params, new Map());
      expect([acknowledge?.id, rest]).toEqual(['acknowledge', []]);
      expect(restore).toMatchObject({ risk: 'file', title: `put back ${file()}, without a restart` });
      const why = expect.stringMatching(
        /took this very change of \S+ back at 2\S+Z: dockerd did not start with the change$/,
      );
      expect(refusals?.(seen, params, new Map())).toMatchObject([{ what: 'restart docker.service', why }]);
      const force = { ...params, force: true };
      expect(plan(seen, force, new Map()).map(({ id }) => id)).toEqual(['acknowledge', 'restart']);
      expect(refusals?.(seen, force, new Map())).toEqual([]);

      if (restore === undefined) throw new Error('nothing is planned');
      const applied: Applied = await apply(host(), restore, params);
      expect(applied).toEqual({ kind: 'done' });
      const after = await look();
      expect(verify(after, restore, seen)).toEqual({ kind: 'as-wanted' });
      expect(verify(seen, restore, seen)).toMatchObject({ kind: 'not-yet' });
      const tried: Tried = new Map([[restore.id, applied]]);
      expect(plan(after, params, tried).map(({ id }) => id)).toEqual(['acknowledge']);
      expect(refusals?.(after, params, tried)).toMatchObject([{ why }]);
      expect(world.pid).toBe(pid);

      // The next run, with a change that is another one.
      expect(refusals?.(after, params, new Map())).toEqual([]);
      await change('mended');
      const next = await look();
      expect(plan(next, params, new Map()).map(({ id }) => id)).toEqual(['acknowledge', 'restart']);
      expect(refusals?.(next, params, new Map())).toEqual([]);
      expect(existsSync(file())).toBe(true);
    });
  },
);
