import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRounds } from '../../../src/engine/task-rounds.ts';
import { dockerRestartModule } from '../../../src/modules/docker-restart/index.ts';
import type { RestartChange, RestartState } from '../../../src/modules/docker-restart/state.ts';
import { recordUndo } from '../../../src/programs/record-undo.ts';
import { triggerRevert } from '../../../src/programs/trigger-revert.ts';
import { CAN_HIDE_STATE, DockerdUnitWorld } from '../../support/dockerd-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

if (!CAN_HIDE_STATE) console.warn('LEFT OUT: docker_restart needs root and mount namespaces of Linux');

const { observe, plan, apply, refusals } = dockerRestartModule;
const params = dockerRestartModule.params.parse({ confirm_within: '30s' });

describe.skipIf(!CAN_HIDE_STATE)('docker_restart on a host of stand-ins', () => {
  let world: DockerdUnitWorld;
  beforeEach(() => {
    world = new DockerdUnitWorld(makeSandbox().path);
  });
  afterEach(() => world.close());
  const host = () => world.host(shellKinds()[0] as ShellKind);
  const file = () => join(world.path, 'etc/change.conf');

  async function change(text: string): Promise<void> {
    expect(await recordUndo(host(), { unit: 'docker.service', path: file() })).toEqual({ kind: 'done' });
    writeFileSync(file(), text);
  }

  async function look(): Promise<RestartState> {
    const seen = await observe(host(), params);
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  }

  const planned = async (): Promise<readonly RestartChange[]> => plan(await look(), params, new Map());

  it('takes the change back if a container does not come back that was to', async () => {
    world.container('web', 'always');
    world.container('other', 'always');
    await change('loses web');
    const [restart] = await planned();
    if (restart === undefined) throw new Error('nothing is planned');
    const applied = await apply(host(), restart, params);
    expect(applied).toMatchObject({ kind: 'failed', error: { code: 'E_VERIFY' } });
    const message = applied.kind === 'failed' ? applied.error.message : '';
    expect(message).toContain('web did not come back (restart policy always)');
    expect(message).not.toContain('other did not come back');
    expect(message).toContain(`the host put back ${file()}; dockerd answers again`);
    expect(existsSync(file())).toBe(false);
    expect((await planned()).map(({ id }) => id)).toEqual(['acknowledge']);
  });

  it('goes on after a controller that was gone before it could confirm', async () => {
    await change('new');
    const [restart] = await planned();
    if (restart === undefined) throw new Error('nothing is planned');
    // All that such a controller did: the restart, and no word after it.
    let gone = false;
    const session = host();
    const dying = {
      ...session,
      host: session.host,
      facts: session.facts,
      transport: session.transport,
    } as typeof session;
    dying.call = (call) => {
      if (gone) return Promise.resolve({ kind: 'lost', reason: 'the controller is gone' });
      gone = call.program.name === 'guarded-restart';
      return session.call(call);
    };
    const applied = await apply(dying, restart, params);
    expect(applied).toMatchObject({ kind: 'unknown', error: { code: 'E_PROGRAM_LOST' } });
    expect(applied.kind === 'unknown' && applied.error.message).toContain('the host takes the change back by itself');
    const pid = world.pid;

    const state = await look();
    const [confirm, ...rest] = plan(state, params, new Map());
    expect(rest).toEqual([]);
    if (confirm === undefined) throw new Error('nothing is planned');
    expect(confirm).toMatchObject({ id: 'confirm', risk: 'file' });
    expect(await apply(host(), confirm, params)).toEqual({ kind: 'done' });
    expect(dockerRestartModule.verify(await look(), confirm, state)).toEqual({ kind: 'as-wanted' });
    expect(await planned()).toEqual([]);
    expect(world.pid).toBe(pid);
    expect(world.left()).toEqual([]);
    expect(existsSync(file())).toBe(true);
  });

  it('fails if the host took the change back before the confirmation came', async () => {
    await change('new');
    const session = host();
    const slow = {
      ...session,
      host: session.host,
      facts: session.facts,
      transport: session.transport,
    } as typeof session;
    slow.call = async (call) => {
      if (call.program.name === 'settle-undo') {
        const [waits] = (await look()).undo.watched;
        await triggerRevert(host(), 'docker.service', waits?.token ?? '', 'unconfirmed');
      }
      return session.call(call);
    };
    const end = await runRounds({
      ...{ module: dockerRestartModule, session: slow, params, mode: 'run' as const },
      first: observe(slow, params),
      onChange: () => undefined,
      permits: () => true,
    });
    expect(existsSync(file())).toBe(false);
    expect(end.error).toMatchObject({ code: 'E_VERIFY', message: expect.stringContaining('came too late') });
    expect(end.changes.filter(({ outcome }) => outcome === 'changed')).toEqual([]);
  });

  it('does not restart for a write that never came about, and keeps what was kept for it', async () => {
    writeFileSync(file(), 'old');
    await recordUndo(host(), { unit: 'docker.service', path: file() });
    expect(await planned()).toEqual([]);
    expect((await look()).undo.entries).toHaveLength(1);
    writeFileSync(file(), 'new');
    expect((await planned()).map(({ id }) => id)).toEqual(['restart']);
    // Nobody restarted it with what was taken back.
    await change('old');
    expect(await planned()).toEqual([]);
    // Somebody did: dockerd runs by what is there no more.
    await change('new');
    world.systemctl('restart', 'docker.service');
    await change('old');
    expect((await planned()).map(({ id }) => id)).toEqual(['restart']);
  });

  it('refuses what it cannot restart, and only if it would have to', async () => {
    writeFileSync(join(world.path, 'docker-etc/daemon.json'), '{"live-restore": tru');
    const before = await look();
    expect(refusals?.(before, params, new Map())).toEqual([]);
    await change('new');
    const state = await look();
    expect(refusals?.(state, params, new Map())).toMatchObject([{ why: expect.stringContaining('daemon.json') }]);
    expect(plan(state, params, new Map())).toEqual([]);
  });
});
