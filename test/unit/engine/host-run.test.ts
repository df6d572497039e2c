import { describe, expect, it } from 'vitest';
import type { InventoryHost } from '../../../src/config/inventory-model.ts';
import type { Play, Scope, Task } from '../../../src/config/playbook-model.ts';
import type { Opened, Session } from '../../../src/connection/session.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { FleetResults } from '../../../src/engine/fleet-results.ts';
import { HostRun } from '../../../src/engine/host-run.ts';
import { newShelf, type Shelf, type ShelfParams, shelfModule, silentSession } from '../../support/shelf.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };
const HOST: InventoryHost = {
  name: 'h1',
  groups: ['all'],
  target: { name: 'h1', identityFiles: [], transport: 'auto' },
  vars: {},
  origin: {},
};

type Parts = Partial<Task> & { remove?: readonly string[]; reads?: readonly string[] };

function task(index: number, parts: Parts = {}): Task {
  const params: ShelfParams = { remove: parts.remove ?? [], ways: ['take'] };
  return {
    index,
    name: `task ${index}`,
    module: 'shelf',
    params: { names: new Set(parts.reads ?? []), render: () => ({ kind: 'known', params }) },
    when: [],
    tags: [],
    place: PLACE,
    ...parts,
  };
}

const when = (text: string, names: readonly string[], test: (scope: Scope) => 'true' | 'false' | 'unknown') => ({
  text,
  names: new Set(names),
  test: (scope: Scope) => {
    const kind = test(scope);
    return kind === 'unknown' ? { kind, why: 'not known' } : { kind };
  },
});

interface Bench {
  readonly shelf: Shelf;
  readonly tasks: readonly Task[];
  readonly mode?: 'run' | 'check';
  readonly opened?: Opened | (() => Session | undefined);
  readonly signal?: AbortSignal;
  readonly taskMs?: number;
  readonly needsRoot?: boolean;
}

async function runHost({ shelf, tasks, mode = 'run', opened, signal, taskMs = 1000, needsRoot = false }: Bench) {
  const events: RunEvent[] = [];
  const open = async (): Promise<Opened> => {
    if (typeof opened === 'object') return opened;
    return { ok: true, session: opened?.() ?? silentSession('h1') };
  };
  const context = {
    mode,
    taskMs,
    emit: (event: RunEvent) => events.push(event),
    clock: systemClock,
    connector: { open, close: async () => {} },
    modules: new Map([['shelf', { ...shelfModule(shelf), needsRoot }]]),
    extraVars: {},
    results: new FleetResults(),
  };
  const run = new HostRun(context as never, HOST, HOST.target, signal ?? new AbortController().signal);
  const play: Play = { name: 'play', hosts: 'all', vars: {}, tags: [], tasks, place: PLACE };
  await run.runPlay(play, tasks);
  return { result: await run.finish(), events };
}

const statuses = (result: Awaited<ReturnType<typeof runHost>>['result']) => result.tasks.map((each) => each.status);

describe('a host through a play', () => {
  it('looks at every task in one go while nothing changes', async () => {
    const shelf = newShelf();
    const { result } = await runHost({ shelf, tasks: [task(0), task(1), task(2)] });
    expect(statuses(result)).toEqual(['ok', 'ok', 'ok']);
    expect(shelf.log).toEqual(['look', 'look', 'look']);
  });

  it('throws away what it saw ahead once a task has changed the host', async () => {
    const shelf = newShelf('a');
    const { result } = await runHost({ shelf, tasks: [task(0, { remove: ['a'] }), task(1, { remove: ['a'] })] });
    // Seen ahead, `a` was still there; believed, it would have been taken twice.
    expect(statuses(result)).toEqual(['changed', 'ok']);
    expect(shelf.log).toEqual(['look', 'look', 'take:a', 'look', 'look']);
  });

  it('does not look ahead past a register that the task reads', async () => {
    const shelf = newShelf();
    const tasks = [task(0, { register: 'seen' }), task(1, { reads: ['seen'] })];
    const { events } = await runHost({ shelf, tasks });
    expect(shelf.log).toHaveLength(2);
    expect(events.filter((each) => each.kind === 'task-end')).toHaveLength(2);
  });

  it('skips on false, and is unknown on unknown, also beside a true', async () => {
    const skipped = when('no', [], () => 'false');
    const doubt = when('who knows', [], () => 'unknown');
    const tasks = [task(0, { when: [doubt, skipped] }), task(1, { when: [doubt] }), task(2)];
    const { result } = await runHost({ shelf: newShelf(), tasks });
    expect(statuses(result)).toEqual(['skipped', 'unknown', 'not-reached']);
    expect(result.status).toBe('unknown');
  });

  it('registers a result, and in check mode leaves unknown what would change', async () => {
    const seen: (string | undefined)[] = [];
    const spy = when('spy', ['r'], (scope) => {
      const value = scope.get('r') as { status?: string } | undefined;
      seen.push(value?.status);
      return value === undefined ? 'unknown' : 'true';
    });
    const tasks = [task(0, { remove: ['a'], register: 'r' }), task(1, { when: [spy] })];
    const run = await runHost({ shelf: newShelf('a'), tasks });
    expect(statuses(run.result)).toEqual(['changed', 'ok']);
    expect(seen.at(-1)).toBe('changed');
    const check = await runHost({ shelf: newShelf('a'), tasks, mode: 'check' });
    expect(statuses(check.result)).toEqual(['would-change', 'unknown']);
  });

  it('reports a host that cannot be reached, with every task not reached', async () => {
    const opened: Opened = { ok: false, error: new UnbusyError('E_CONNECT_TCP', 'refused') };
    const shelf = newShelf('a');
    const { result } = await runHost({ shelf, tasks: [task(0, { remove: ['a'] })], opened });
    expect(result).toMatchObject({ status: 'unreachable', error: { code: 'E_CONNECT_TCP' } });
    expect(statuses(result)).toEqual(['not-reached']);
    expect(shelf.log).toEqual([]);
  });

  it('refuses a module that needs root on a session that is not', async () => {
    const shelf = newShelf('a');
    const opened: Opened = { ok: true, session: silentSession('h1', { uid: 1000 }) };
    const tasks = [task(0, { remove: ['a'] })];
    const { result } = await runHost({ shelf, tasks, opened, needsRoot: true });
    expect(result.tasks).toMatchObject([{ status: 'failed', error: { code: 'E_PREFLIGHT_ROOT' } }]);
    expect(shelf.items.has('a')).toBe(true);
    const allowed = await runHost({ shelf, tasks, opened });
    expect(statuses(allowed.result)).toEqual(['changed']);
  });

  it('starts no task after an interrupt', async () => {
    const stop = new AbortController();
    stop.abort(new UnbusyError('E_INTERRUPTED', 'stopped by hand'));
    const { result } = await runHost({
      shelf: newShelf('a'),
      tasks: [task(0, { remove: ['a'] })],
      signal: stop.signal,
    });
    expect(result.tasks).toMatchObject([{ status: 'not-reached', note: 'stopped by hand' }]);
  });

  it('looks once at what needs another session, and anew after a change through either of them', async () => {
    const sessions = [silentSession('h1'), silentSession('h1')];
    const roots = [task(1, { become: true }), task(2, { become: true }), task(3, { become: true })];
    const calm = newShelf();
    await runHost({ shelf: calm, tasks: [task(0), ...roots], opened: () => sessions.shift() });
    expect(calm.log).toEqual(['look', 'look', 'look', 'look']);

    const both = [silentSession('h1'), silentSession('h1')];
    const shelf = newShelf('a');
    const tasks = [task(0), task(1, { become: true, remove: ['a'] }), task(2, { remove: ['a'] })];
    const { result } = await runHost({ shelf, tasks, opened: () => both.shift() });
    expect(statuses(result)).toEqual(['ok', 'changed', 'ok']);
    expect(shelf.log.filter((line) => line === 'take:a')).toHaveLength(1);
  });

  it('gives later tasks of a skipped one that nothing changed', async () => {
    const seen: unknown[] = [];
    const never = when('false', [], () => 'false');
    const asks = when('r.changed', ['r'], (scope) => {
      seen.push(scope.get('r'));
      return 'true';
    });
    await runHost({ shelf: newShelf(), tasks: [task(0, { register: 'r', when: [never] }), task(1, { when: [asks] })] });
    expect(seen.at(-1)).toEqual({ status: 'skipped', changed: false });
  });
});
