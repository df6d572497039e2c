import { describe, expect, it } from 'vitest';
import type { Inventory, InventoryHost } from '../../../src/config/inventory-model.ts';
import type { Playbook, Task } from '../../../src/config/playbook-model.ts';
import type { Opened } from '../../../src/connection/session.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { type RunInput, runPlaybook } from '../../../src/engine/run.ts';
import { newShelf, type Shelf, shelfModule, silentSession } from '../../support/shelf.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };

const host = (name: string): InventoryHost => ({
  name,
  groups: ['all'],
  target: { name, identityFiles: [], transport: 'auto' },
  vars: {},
  origin: {},
});

const inventory = (...names: string[]): Inventory => ({
  source: 'test',
  hosts: new Map(names.map((name) => [name, host(name)])),
  groups: new Map([['all', names]]),
});

const task = (index: number, tags: readonly string[] = []): Task => ({
  index,
  name: `task ${index}`,
  module: 'shelf',
  params: { names: new Set(), render: () => ({ kind: 'known', params: { remove: ['a'], ways: ['take'] } }) },
  when: [],
  tags,
  place: PLACE,
});

const playbook = (...plays: readonly (readonly Task[])[]): Playbook => ({
  file: 'p.yml',
  plays: plays.map((tasks) => ({ name: 'play', hosts: 'all', vars: {}, tags: [], tasks, place: PLACE })),
  reads: new Set(),
});

interface Parts {
  readonly names: readonly string[];
  readonly open?: (name: string) => Opened | Promise<Opened>;
  readonly tasks?: readonly Task[];
  readonly plays?: readonly (readonly Task[])[];
  readonly flags?: Partial<RunInput>;
  readonly signal?: AbortSignal;
  readonly shelf?: Shelf;
}

async function run({ names, open, tasks = [task(0)], plays, flags = {}, signal, shelf = newShelf('a') }: Parts) {
  const events: RunEvent[] = [];
  const input: RunInput = {
    playbook: playbook(...(plays ?? [tasks])),
    inventory: inventory(...names),
    tags: [],
    skipTags: [],
    extraVars: {},
    mode: 'run',
    forks: 2,
    deadlines: { hostMs: 5000, runMs: 5000, taskMs: 5000 },
    overrides: {},
    modules: new Map([['shelf', shelfModule(shelf)]]),
    connect: async () => ({
      open: async (target) =>
        open === undefined ? { ok: true, session: silentSession(target.name) } : open(target.name),
      close: async () => {},
    }),
    clock: systemClock,
    version: '0',
    ...flags,
  };
  const report = await runPlaybook(input, (event) => events.push(event), signal ?? new AbortController().signal);
  return { report, events };
}

describe('a run', () => {
  it('reports every host, and ends with 0 when all is as wanted', async () => {
    const { report, events } = await run({ names: ['a', 'b', 'c'], shelf: newShelf() });
    expect(report.hosts.map((each) => [each.host, each.status])).toEqual([
      ['a', 'ok'],
      ['b', 'ok'],
      ['c', 'ok'],
    ]);
    expect(report.exitCode).toBe(0);
    expect([events[0]?.kind, events.at(-1)?.kind]).toEqual(['run-start', 'run-end']);
  });

  it('ends with 3 when check mode finds something to do, and does nothing', async () => {
    const shelf = newShelf('a');
    const { report } = await run({ names: ['a'], shelf, flags: { mode: 'check' } });
    expect(report.exitCode).toBe(3);
    expect([...shelf.items]).toEqual(['a']);
  });

  it('goes on with the others when one host is down', async () => {
    const down: Opened = { ok: false, error: new UnbusyError('E_CONNECT_TCP', 'refused') };
    const open = (name: string): Opened => (name === 'b' ? down : { ok: true, session: silentSession(name) });
    const { report } = await run({ names: ['a', 'b', 'c'], open });
    expect(report.hosts.map((each) => each.status)).toEqual(['changed', 'unreachable', 'ok']);
    expect(report.exitCode).toBe(4);
  });

  it('holds at most as many hosts at a time as forks says', async () => {
    let now = 0;
    let most = 0;
    const open = async (name: string): Promise<Opened> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return { ok: true, session: silentSession(name) };
    };
    await run({ names: ['a', 'b', 'c', 'd', 'e'], open });
    expect(most).toBe(2);
  });

  it('stops starting hosts when drained, and says which were not reached', async () => {
    const drain = new AbortController();
    const open = (name: string): Opened => {
      if (name === 'b') drain.abort();
      return { ok: true, session: silentSession(name) };
    };
    const { report } = await run({ names: ['a', 'b', 'c', 'd'], open, flags: { drain: drain.signal, forks: 1 } });
    expect(report.hosts.map((each) => each.status)).toEqual(['changed', 'ok', 'not-reached', 'not-reached']);
    expect(report).toMatchObject({ interrupted: true, exitCode: 130 });
  });

  it('ends with 124 when its own deadline passes', async () => {
    const never = new Promise<Opened>((resolve) => {
      setTimeout(() => resolve({ ok: false, error: new UnbusyError('E_DEADLINE', 'late') }), 60);
    });
    const deadlines = { hostMs: 5000, runMs: 10, taskMs: 5000 };
    const { report } = await run({ names: ['a'], open: () => never, flags: { deadlines } });
    expect(report.exitCode).toBe(124);
  });

  it('chooses tasks by tags as Ansible does', async () => {
    const tasks = [task(0, ['x']), task(1, ['always']), task(2, ['never']), task(3)];
    const chosen = async (tags: readonly string[], skipTags: readonly string[] = []) => {
      const { report } = await run({ names: ['a'], tasks, flags: { tags, skipTags } });
      return report.hosts[0]?.tasks.map((each) => each.taskIndex);
    };
    expect(await chosen([])).toEqual([0, 1, 3]);
    expect(await chosen(['x'])).toEqual([0, 1]);
    expect(await chosen(['never'])).toEqual([1, 2]);
    expect(await chosen([], ['x', 'always'])).toEqual([3]);
  });

  it('throws before any host is touched when nothing matches', async () => {
    const input = run({ names: ['a'], flags: { limit: 'nobody' } });
    await expect(input).rejects.toMatchObject({ code: 'E_NO_MATCH' });
  });

  it('keeps what the first play did when it is drained before the second, and closes the sessions', async () => {
    const drain = new AbortController();
    const closed: string[] = [];
    const open = (name: string): Opened => {
      if (name === 'b') drain.abort();
      return { ok: true, session: { ...silentSession(name), close: async () => void closed.push(name) } };
    };
    const plays = [[task(0)], [task(1)]];
    const { report, events } = await run({
      names: ['a', 'b', 'c'],
      plays,
      open,
      flags: { drain: drain.signal, forks: 1 },
    });
    expect(report.hosts.map((each) => each.tasks.map(({ status }) => status))).toEqual([
      ['changed', 'not-reached'],
      ['ok', 'not-reached'],
      [],
    ]);
    expect(report.hosts.map(({ status }) => status)).toEqual(['not-reached', 'not-reached', 'not-reached']);
    expect(closed.sort()).toEqual(['a', 'b']);
    expect(events.flatMap((event) => (event.kind === 'host-end' ? [event.result.host] : [])).sort()).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('has every task of a host in the report that ended in an earlier play', async () => {
    const open = (name: string): Opened =>
      name === 'a' ? { ok: false, error: new UnbusyError('E_AUTH', 'no') } : { ok: true, session: silentSession(name) };
    const { report } = await run({ names: ['a', 'b'], plays: [[task(0)], [task(1)]], open });
    expect(report.hosts.map((each) => each.tasks.map(({ status }) => status))).toEqual([
      ['not-reached', 'not-reached'],
      ['changed', 'ok'],
    ]);
  });

  it('goes on with the others when connecting one host throws', async () => {
    const open = (name: string): Promise<Opened> =>
      name === 'a' ? Promise.reject(new Error('ENOSPC')) : Promise.resolve({ ok: true, session: silentSession(name) });
    const { report } = await run({ names: ['a', 'b'], open });
    expect(report.hosts.map(({ status }) => status)).toEqual(['failed', 'changed']);
    expect(report.hosts[0]?.error?.message).toContain('ENOSPC');
    expect(report.exitCode).toBe(1);
  });

  it('calls no run interrupted that ran out of time', async () => {
    const open = (): Promise<Opened> =>
      new Promise((resolve) => {
        setTimeout(() => resolve({ ok: false, error: new UnbusyError('E_DEADLINE', 'late') }), 40);
      });
    const { report } = await run({
      names: ['a'],
      open,
      flags: { deadlines: { hostMs: 5000, runMs: 5, taskMs: 5000 } },
    });
    expect(report).toMatchObject({ interrupted: false, exitCode: 124 });
  });
});
