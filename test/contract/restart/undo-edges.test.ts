import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GuardedRestart, guardedRestart } from '../../../src/programs/guarded-restart.ts';
import { recordUndo } from '../../../src/programs/record-undo.ts';
import { confirmUndo } from '../../../src/programs/settle-undo.ts';
import { type UndoState, undoState } from '../../../src/programs/undo-state.ts';
import { CAN_HIDE_STATE, DockerdUnitWorld } from '../../support/dockerd-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

if (!CAN_HIDE_STATE) console.warn('LEFT OUT: the edges of an undo record need root and mount namespaces of Linux');

const unit = 'docker.service';

describe.skipIf(!CAN_HIDE_STATE).each(shellKinds())('an undo record at its edges, under $name', (shell) => {
  let world: DockerdUnitWorld;
  beforeEach(() => {
    world = new DockerdUnitWorld(makeSandbox().path);
  });
  afterEach(() => world.close());
  const host = () => world.host(shell);
  const file = (name = 'change.conf') => join(world.path, 'etc', name);

  async function state(): Promise<UndoState> {
    const look = await undoState(host(), unit);
    if (!look.ok) throw look.error;
    return look.state;
  }

  async function change(text: string): Promise<void> {
    expect(await recordUndo(host(), { unit, path: file() })).toEqual({ kind: 'done' });
    writeFileSync(file(), text);
  }

  /** A directory with every tool of this machine but one, behind the stand-ins. */
  function toolsWithout(missing: string): string {
    const tools = join(world.path, 'tools');
    mkdirSync(tools);
    for (const folder of ['/usr/sbin', '/usr/bin', '/sbin', '/bin'])
      for (const name of readdirSync(folder))
        if (name !== missing && !existsSync(join(tools, name))) symlinkSync(join(folder, name), join(tools, name));
    return `/usr/local/sbin:${tools}`;
  }

  async function restart(twist: Partial<GuardedRestart> = {}, kind: ShellKind = shell) {
    const { pid, start } = world;
    const keys = (await state()).entries.map(({ key }) => key);
    const plain = { unit, pid, start, withinSeconds: 60, window: undefined, keys, running: undefined, comeBack: [] };
    return guardedRestart(world.host(kind), { ...plain, ...twist });
  }

  it('tells what is as it was kept, of a file, of nothing, and of a link', async () => {
    writeFileSync(file('a'), 'old\n');
    symlinkSync('a', file('c'));
    for (const name of ['a', 'b', 'c']) await recordUndo(host(), { unit, path: file(name) });
    const asKept = async () => {
      const same = (await state()).entries.filter(({ asKeptSince }) => asKeptSince > 0);
      return same.map(({ path }) => path.slice(-1)).sort();
    };
    expect(await asKept()).toEqual(['a', 'b', 'c']);
    writeFileSync(file('b'), '');
    expect(await asKept()).toEqual(['a', 'c']);
    rmSync(file('c'));
    symlinkSync('b', file('c'));
    expect(await asKept()).toEqual(['a']);
    writeFileSync(file('a'), 'old');
    expect(await asKept()).toEqual([]);
    rmSync(file('b'));
    expect(await asKept()).toEqual(['b']);
  });

  it('puts a link back that leads nowhere, and makes nothing at its end', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) {
      symlinkSync(`nowhere-${name}`, file(name));
      expect(await recordUndo(host(), { unit, path: file(name) })).toEqual({ kind: 'done' });
      rmSync(file(name));
      writeFileSync(file(name), 'broken');
    }
    expect(await restart()).toMatchObject({ kind: 'down', note: { api: true } });
    expect(names.map((name) => readlinkSync(file(name)))).toEqual(names.map((name) => `nowhere-${name}`));
    expect(names.filter((name) => existsSync(file(`nowhere-${name}`)))).toEqual([]);
  });

  it('asks once more if the new daemon does not list its containers at the first question', async () => {
    const id = world.container('web', 'always');
    await change('stutters');
    expect(await restart({ comeBack: [id] })).toMatchObject({ kind: 'up', after: { containers: [{ name: 'web' }] } });
  });

  // LEFT OUT with busybox: it takes its own setsid whatever PATH says.
  it.skipIf(shell.name === 'busybox')('leaves an earlier watchdog to watch if no new one can be set', async () => {
    await change('new');
    const first = await restart();
    const token = first.kind === 'up' ? first.token : '';
    const { pid } = world;
    expect(await restart({}, { ...shell, path: toolsWithout('setsid') })).toMatchObject({
      kind: 'denied',
      why: expect.stringContaining('no watchdog could be set'),
    });
    expect(world.pid).toBe(pid);
    expect((await state()).watched).toMatchObject([{ token, alive: true }]);
    const second = await restart();
    expect(second.kind).toBe('up');
    const watched = (await state()).watched;
    expect(watched).toMatchObject([{ token: second.kind === 'up' ? second.token : '', alive: true }]);
    expect(watched).toHaveLength(1);
  });

  it('is at it until it could leave its note, so that nothing is put back in silence', async () => {
    writeFileSync(file(), 'old');
    await change('new');
    const answer = await restart({ withinSeconds: 4 });
    const token = answer.kind === 'up' ? answer.token : '';
    const inTheWay = join(world.store, `.note-${token}`);
    mkdirSync(inTheWay);
    while (readFileSync(file(), 'utf8') !== 'old') await sleep(200);
    await sleep(1000);
    expect(await state()).toMatchObject({ notes: [], watched: [{ token, reverting: true, alive: true }] });
    rmdirSync(inTheWay);
    while ((await state()).notes.length === 0) await sleep(200);
    expect(await state()).toMatchObject({
      notes: [{ token, reason: 'unconfirmed', api: true, paths: [{ path: file(), back: true }] }],
      watched: [],
    });
  });

  it('does not say that it was put back if somebody else has confirmed it', async () => {
    await change('new');
    const answer = await restart();
    const token = answer.kind === 'up' ? answer.token : '';
    const keys = (await state()).entries.map(({ key }) => key);
    expect(await confirmUndo(host(), { unit, token, keys })).toEqual({ kind: 'done' });
    const again = await confirmUndo(host(), { unit, token, keys });
    expect(again).toMatchObject({ kind: 'busy', by: expect.stringContaining('somebody else') });
  });
});
