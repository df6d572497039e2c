import { describe, expect, it } from 'vitest';
import type { Play, Scope } from '../../../src/config/playbook-model.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { exitCodeOf } from '../../../src/core/exit-codes.ts';
import {
  type BenchParts,
  block,
  playOf,
  runOnShelf,
  shelfTask,
  story,
  type TaskParts,
} from '../../support/play-bench.ts';
import { newShelf, silentSession } from '../../support/shelf.ts';

const condition = (text: string, truth: boolean | ((scope: Scope) => boolean)) => ({
  text,
  names: new Set<string>(),
  test: (scope: Scope) => ({
    kind: (typeof truth === 'function' ? truth(scope) : truth) ? ('true' as const) : ('false' as const),
  }),
});
const never = condition('false', false);

/** A session whose link can be cut: nobody can tell then what is left on the host. */
const lostSession = () =>
  Object.assign(silentSession('h1'), { over: false, cancel: async () => ({ gone: false, left: 'nobody could look' }) });

describe('handlers', () => {
  const reload = shelfTask('reload', { remove: ['old'] });
  const restart = shelfTask('restart');

  it('run once, at the end, in their own order, however often they are notified', async () => {
    const steps = [
      shelfTask('a', { remove: ['a'], notify: ['restart', 'reload'] }),
      shelfTask('b', { remove: ['b'], notify: ['reload'] }),
      shelfTask('c'),
    ];
    const { result, events } = await runOnShelf(newShelf('a', 'b', 'old'), playOf(steps, [reload, restart]));
    expect(story(result)).toEqual(['a changed', 'b changed', 'c ok', 'reload changed', 'restart ok']);
    expect(result.tasks[3]?.notifiedBy).toEqual([
      { task: 'a', kind: 'changed' },
      { task: 'b', kind: 'changed' },
    ]);
    expect(events.filter((each) => each.kind === 'task-start')).toHaveLength(5);
  });

  it('do not run, and are not looked at, if nothing changed', async () => {
    const shelf = newShelf('old');
    const { result } = await runOnShelf(
      shelf,
      playOf([shelfTask('a', { remove: ['a'], notify: ['reload'] })], [reload]),
    );
    expect(story(result)).toEqual(['a ok']);
    expect(shelf.log).toEqual(['look']);
  });

  it('run after a later task failed; a task that failed notifies nobody', async () => {
    const steps = [
      shelfTask('a', { remove: ['a'], notify: ['reload'] }),
      shelfTask('b', { refuse: ['live'], notify: ['restart'] }),
      shelfTask('c'),
    ];
    const { result } = await runOnShelf(newShelf('a', 'live', 'old'), playOf(steps, [reload, restart]));
    expect(story(result)).toEqual(['a changed', 'b failed', 'c not-reached', 'reload changed']);
    expect(result.status).toBe('failed');
  });

  it('are not notified by a task that failed, whatever it had changed and whatever is not in effect', async () => {
    const half = shelfTask('half', { remove: ['a'], refuse: ['live'], notify: ['restart'] });
    const module = { unsettled: () => 'dockerd is older' };
    const { result } = await runOnShelf(newShelf('a', 'live'), playOf([half], [restart]), { module });
    expect(story(result)).toEqual(['half failed']);
    const well = await runOnShelf(newShelf('a'), playOf([half], [restart]), { module });
    expect(story(well.result)).toEqual(['half changed', 'restart ok']);
  });

  it('stop at the first of them that fails', async () => {
    const steps = [shelfTask('a', { remove: ['a'], notify: ['bad', 'restart'] })];
    const play = playOf(steps, [shelfTask('bad', { refuse: ['live'] }), restart]);
    const { result } = await runOnShelf(newShelf('a', 'live'), play);
    expect(story(result)).toEqual(['a changed', 'bad failed', 'restart not-reached']);
    expect(result.tasks[2]?.note).toBe('stopped after: bad');
  });

  it('do not run on a host that was lost, and are told as not reached with those who notified them', async () => {
    const shelf = newShelf('a', 'old');
    const session = lostSession();
    const module = {
      async observe() {
        if (!shelf.items.has('a')) session.over = true;
        return session.over
          ? ({ kind: 'unknown', error: new UnbusyError('E_PROGRAM_LOST', 'the link was cut') } as const)
          : ({ kind: 'known', state: [...shelf.items], gaps: [] } as const);
      },
    };
    const play = playOf(
      [shelfTask('z', { remove: [], notify: [] }), shelfTask('a', { remove: ['a'], notify: ['reload'] })],
      [reload],
    );
    const { result } = await runOnShelf(shelf, play, { session, module });
    // The change was made, and nobody saw it: unknown tasks notify nobody.
    expect(story(result)).toEqual(['z ok', 'a unknown']);

    const seen = newShelf('a', 'old');
    const cut = lostSession();
    const later = {
      async observe() {
        seen.looks++;
        if (seen.looks > 3) cut.over = true;
        return cut.over
          ? ({ kind: 'unknown', error: new UnbusyError('E_PROGRAM_LOST', 'the link was cut') } as const)
          : ({ kind: 'known', state: [...seen.items], gaps: [] } as const);
      },
    };
    const steps = [shelfTask('a', { remove: ['a'], notify: ['reload'] }), shelfTask('b')];
    const second = await runOnShelf(seen, playOf(steps, [reload]), { session: cut, module: later });
    expect(story(second.result)).toEqual(['a changed', 'b unknown', 'reload not-reached']);
    expect(second.result.tasks[2]).toMatchObject({
      note: 'the session with the host was lost',
      notifiedBy: [{ task: 'a', kind: 'changed' }],
    });
    expect(seen.items.has('old')).toBe(true);
  });

  it('run for what is not in effect yet though nothing changed, and say why', async () => {
    const unsettled = (state: readonly string[]) => (state.includes('stale') ? 'dockerd is older' : undefined);
    const steps = [shelfTask('a', { notify: ['restart'] })];
    const play = playOf(steps, [shelfTask('restart', { remove: ['stale'] })]);
    const { result } = await runOnShelf(newShelf('stale'), play, { module: { unsettled } });
    expect(story(result)).toEqual(['a ok', 'restart changed']);
    expect(result.tasks[0]?.unsettled).toBe('dockerd is older');
    expect(result.tasks[1]?.notifiedBy).toEqual([{ task: 'a', kind: 'unsettled', why: 'dockerd is older' }]);
    const settled = await runOnShelf(newShelf('other'), play, { module: { unsettled } });
    expect(story(settled.result)).toEqual(['a ok']);
  });

  it('are foreseen by a check: what they would do, or that they would run', async () => {
    const steps = [shelfTask('a', { remove: ['a'], notify: ['reload', 'restart'] })];
    const shelf = newShelf('a', 'old');
    const { result } = await runOnShelf(shelf, playOf(steps, [reload, restart]), { mode: 'check' });
    expect(story(result)).toEqual(['a would-change', 'reload would-change', 'restart would-change']);
    expect(result.tasks[1]?.changes).toHaveLength(1);
    expect(result.tasks[2]).toMatchObject({ changes: [], note: 'would run after: a' });
    expect(shelf.items.size).toBe(2);
  });

  it('that the tags left out are told as skipped when they are notified', async () => {
    const steps = [shelfTask('a', { remove: ['a'], notify: ['reload'] })];
    const { result } = await runOnShelf(newShelf('a', 'old'), playOf(steps, [reload]), { without: ['reload'] });
    expect(story(result)).toEqual(['a changed', 'reload skipped']);
    expect(result.tasks[1]).toMatchObject({
      note: 'left out by the tags',
      notifiedBy: [{ task: 'a', kind: 'changed' }],
    });
  });
});

describe('a block', () => {
  const bad = shelfTask('bad', { refuse: ['live'] });

  it('goes on without its rescue if nothing fails', async () => {
    const shelf = newShelf('x');
    const steps = [
      block([shelfTask('a')], [shelfTask('mend', { remove: ['x'] })], [shelfTask('last')]),
      shelfTask('b'),
    ];
    const { result } = await runOnShelf(shelf, playOf(steps));
    expect(story(result)).toEqual(['a ok', 'last ok', 'b ok']);
    // The rescue is not even looked at ahead, and the rest is looked at in one go.
    expect(shelf.log).toEqual(['look', 'look', 'look']);
  });

  it('is rescued: the host goes on, and its failure does not count', async () => {
    const steps = [block([bad, shelfTask('next')], [shelfTask('mend')], [shelfTask('last')]), shelfTask('b')];
    const { result, events } = await runOnShelf(newShelf('live'), playOf(steps));
    expect(story(result)).toEqual(['bad failed rescued', 'mend ok', 'next skipped', 'last ok', 'b ok']);
    expect(result).toMatchObject({ status: 'ok', rescued: ['bad'] });
    expect(exitCodeOf({ hosts: [result], mode: 'run', interrupted: false })).toBe(0);
    expect(events.find((each) => each.kind === 'rescued')).toMatchObject({ error: { code: 'E_REFUSED' } });
    const plain = await runOnShelf(newShelf('live'), playOf([bad, shelfTask('b')]));
    expect(exitCodeOf({ hosts: [plain.result], mode: 'run', interrupted: false })).toBe(5);
  });

  it('counts what a rescued task had changed', async () => {
    const half = shelfTask('half', { remove: ['a'], refuse: ['live'] });
    const { result } = await runOnShelf(newShelf('a', 'live'), playOf([block([half], [shelfTask('mend')])]));
    expect(story(result)).toEqual(['half failed rescued', 'mend ok']);
    expect(result.status).toBe('changed');
  });

  it('fails if its rescue fails, or has nothing to do', async () => {
    const failing = playOf([
      block([bad], [shelfTask('also bad', { refuse: ['live'] }), shelfTask('m')], [shelfTask('last')]),
    ]);
    const first = await runOnShelf(newShelf('live'), failing);
    expect(story(first.result)).toEqual(['bad failed', 'also bad failed', 'm not-reached', 'last ok']);
    const idle = playOf([block([bad], [shelfTask('mend', { when: [never] })]), shelfTask('b')]);
    const second = await runOnShelf(newShelf('live'), idle);
    expect(story(second.result)).toEqual(['bad failed', 'mend skipped', 'b not-reached']);
    expect(second.result.status).toBe('failed');
    const none = await runOnShelf(newShelf('live'), playOf([block([bad], [shelfTask('mend')])]), { without: ['mend'] });
    expect(none.result.status).toBe('failed');
  });

  it('without a rescue runs its always, and the host stops there', async () => {
    const { result } = await runOnShelf(
      newShelf('live'),
      playOf([block([bad, shelfTask('next')], [], [shelfTask('last')]), shelfTask('b')]),
    );
    expect(story(result)).toEqual(['bad failed', 'last ok', 'next not-reached', 'b not-reached']);
  });

  it('shows its rescue what failed, and nobody else', async () => {
    const seen: unknown[] = [];
    const spy = (name: string) =>
      shelfTask(name, {
        when: [
          condition(name, (scope) => {
            seen.push([
              name,
              scope.get('failed_task'),
              (scope.get('failed_result') as { error?: { code: string } })?.error?.code,
            ]);
            return true;
          }),
        ],
      });
    await runOnShelf(newShelf('live'), playOf([block([bad], [spy('mend')], [spy('last')])]));
    expect(seen).toContainEqual(['mend', { name: 'bad', module: 'shelf' }, 'E_REFUSED']);
    expect(seen.at(-1)).toEqual(['last', undefined, undefined]);
  });

  it('rescues what failed in a block inside it', async () => {
    const inner = block([bad, shelfTask('next')], [], [shelfTask('inner last')]);
    const { result } = await runOnShelf(
      newShelf('live'),
      playOf([block([inner, shelfTask('after')], [shelfTask('mend')])]),
    );
    expect(story(result)).toEqual(['bad failed rescued', 'inner last ok', 'mend ok', 'next skipped', 'after skipped']);
    expect(result.status).toBe('ok');
  });

  it('does not go on after a lost session, neither to its rescue nor to its always', async () => {
    const shelf = newShelf();
    const session = lostSession();
    const blind = (over: boolean) => ({
      async observe() {
        session.over = over;
        return { kind: 'unknown', error: new UnbusyError('E_PROGRAM_LOST', 'the link was cut') } as const;
      },
    });
    const play = playOf([block([shelfTask('a')], [shelfTask('mend')], [shelfTask('last')])]);
    const lost = await runOnShelf(shelf, play, { session, module: blind(true) });
    expect(story(lost.result)).toEqual(['a unknown', 'last not-reached']);
    session.over = false;
    const cut = await runOnShelf(shelf, play, { session, module: blind(false) });
    expect(story(cut.result)).toEqual(['a unknown', 'mend unknown', 'last unknown']);
  });

  it('goes on in a new session after a task that took too long, if nothing of it is left', async () => {
    const late = async (gone: boolean) => {
      const shelf = newShelf('x');
      const session = Object.assign(silentSession('h1'), { over: false, cancel: async () => ({ gone }) });
      const module: BenchParts['module'] = {
        async observe(_session, { remove }) {
          if (!remove.includes('hangs')) return { kind: 'known', state: [], gaps: [] };
          session.over = true;
          return { kind: 'unknown', error: new UnbusyError('E_PROGRAM_TIMEOUT', 'too long') };
        },
      };
      const hangs = shelfTask('hangs', { remove: ['hangs'] });
      const play = playOf([block([hangs], [shelfTask('mend')], [shelfTask('last')])]);
      const sessions = [session, silentSession('h1')];
      const { result } = await runOnShelf(shelf, play, { open: () => sessions.shift() ?? silentSession('h1'), module });
      return { told: story(result), opened: 2 - sessions.length };
    };
    expect(await late(true)).toEqual({ told: ['hangs unknown rescued', 'mend ok', 'last ok'], opened: 2 });
    expect(await late(false)).toEqual({ told: ['hangs unknown', 'last not-reached'], opened: 1 });
  });

  it('does not rescue what a guard stopped', async () => {
    const guard = { kind: 'failed' as const, error: new UnbusyError('E_GUARD', 'stopped') };
    const shelf = newShelf('a');
    shelf.answers.set('take:a', guard);
    const steps = [block([shelfTask('a', { remove: ['a'] })], [shelfTask('mend')], [shelfTask('last')])];
    const { result } = await runOnShelf(shelf, playOf(steps));
    expect(story(result)).toEqual(['a failed', 'last ok']);
    const other = newShelf('a');
    other.answers.set('take:a', { kind: 'failed', error: new UnbusyError('E_COMMAND', 'no') });
    expect(story((await runOnShelf(other, playOf(steps))).result)).toEqual(['a failed rescued', 'mend ok', 'last ok']);
  });

  it('does not believe what was seen before its rescue changed it', async () => {
    const shelf = newShelf('live', 'a');
    const steps = [block([bad], [shelfTask('mend', { remove: ['a'] })]), shelfTask('b', { remove: ['a'] })];
    const { result } = await runOnShelf(shelf, playOf(steps));
    expect(story(result)).toEqual(['bad failed rescued', 'mend changed', 'b ok']);
    expect(shelf.log.filter((line) => line === 'take:a')).toHaveLength(1);
  });
});

describe('a loop', () => {
  const item = (scope: Scope) => [String(scope.get('item'))];

  it('goes over its list in order, and is one task', async () => {
    const shelf = newShelf('a', 'c');
    const { result, events } = await runOnShelf(
      shelf,
      playOf([shelfTask('t', { remove: item, loop: ['a', 'b', 'c'], register: 'r' })]),
    );
    expect(story(result)).toEqual(['t changed']);
    expect(result.tasks[0]?.items).toEqual([
      { item: 'a', status: 'changed' },
      { item: 'b', status: 'ok' },
      { item: 'c', status: 'changed' },
    ]);
    expect(result.tasks[0]?.changes.map((each) => each.id)).toEqual(['take:a', 'take:c']);
    expect(result.tasks[0]?.result).toMatchObject({
      changed: true,
      results: [
        { item: 'a', changed: true },
        { item: 'b', changed: false },
        { item: 'c', changed: true },
      ],
    });
    expect(events.filter((each) => each.kind === 'task-end')).toHaveLength(1);
  });

  it('is looked at in one go with what comes after it', async () => {
    const looks: unknown[] = [];
    const observeEach = async (_: unknown, params: readonly unknown[]) => {
      looks.push(params.length);
      return params.map(() => ({ kind: 'known' as const, state: [], gaps: [] }));
    };
    const steps = [shelfTask('t', { remove: item, loop: ['a', 'b', 'c'] }), shelfTask('u')];
    await runOnShelf(newShelf(), playOf(steps), { module: { observeEach } });
    expect(looks).toEqual([4]);
  });

  it('stops at the entry that fails, and names it', async () => {
    const shelf = newShelf('a', 'b', 'c');
    shelf.answers.set('take:b', { kind: 'denied', why: 'no' });
    const { result } = await runOnShelf(shelf, playOf([shelfTask('t', { remove: item, loop: ['a', 'b', 'c'] })]));
    expect(result.tasks[0]).toMatchObject({
      status: 'failed',
      error: { code: 'E_DENIED', message: 'b: take b: no' },
      items: [
        { item: 'a', status: 'changed' },
        { item: 'b', status: 'failed' },
        { item: 'c', status: 'not-reached' },
      ],
    });
    expect([...shelf.items]).toEqual(['b', 'c']);
  });

  it('skips entries by a condition over them, and the whole by one that is not', async () => {
    const notB = { ...condition('item != "b"', (scope: Scope) => scope.get('item') !== 'b'), names: new Set(['item']) };
    const some = await runOnShelf(
      newShelf('a', 'b'),
      playOf([shelfTask('t', { remove: item, loop: ['a', 'b'], when: [notB] })]),
    );
    expect(some.result.tasks[0]?.items?.map(({ status }) => status)).toEqual(['changed', 'skipped']);
    const all = await runOnShelf(newShelf('a'), playOf([shelfTask('t', { remove: item, loop: ['a'], when: [never] })]));
    expect(all.result.tasks[0]).toMatchObject({ status: 'skipped', note: 'when: false' });
    const none = await runOnShelf(newShelf('a'), playOf([shelfTask('t', { remove: item, loop: [] })]));
    expect(none.result.tasks[0]).toMatchObject({ status: 'skipped', note: 'the list of the loop is empty' });
  });
});

describe('looking ahead', () => {
  const item = (scope: Scope) => [String(scope.get('item'))];
  /** What was looked at before anything was done, by the names of tasks that remove their own. */
  async function seenFirst(play: Play, mode: 'run' | 'check' = 'run') {
    const seen: string[] = [];
    const module: BenchParts['module'] = {
      foresight: ({ remove: [name = ''] }) =>
        name.startsWith('acts') ? 'acts' : name.startsWith('reads') ? 'own-code' : 'free',
      async observe(_session, { remove }) {
        seen.push(remove.join());
        return { kind: 'known', state: [], gaps: [] };
      },
    };
    let first: readonly string[] | undefined;
    await runOnShelf(newShelf(), play, {
      mode,
      module: {
        ...module,
        plan: () => {
          first ??= [...seen];
          return [];
        },
      },
    });
    return first;
  }
  const one = (name: string, parts: TaskParts = {}) => shelfTask(name, { remove: [name], ...parts });

  it('ends at a task that will act whatever is seen, but not in a check', async () => {
    const steps = [one('a'), one('acts'), one('b')];
    expect(await seenFirst(playOf(steps))).toEqual(['a', 'acts']);
    expect(await seenFirst(playOf(steps), 'check')).toEqual(['a', 'acts', 'b']);
    const loop = shelfTask('loop', { remove: item, loop: ['a', 'acts', 'b'] });
    expect(await seenFirst(playOf([loop, one('c')]))).toEqual(['a', 'acts']);
  });

  it("leaves what runs the user's own code its turn inside a block, and only there", async () => {
    const inBlock = { inBlock: true } as const;
    const inside = [one('a', inBlock), one('reads', inBlock), one('b', inBlock)];
    expect(await seenFirst(playOf([block(inside), one('reads too')]))).toEqual(['a', 'b', 'reads too']);
    expect(await seenFirst(playOf([one('a'), one('reads'), one('b')]))).toEqual(['a', 'reads', 'b']);
  });
});
