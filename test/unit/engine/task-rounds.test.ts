import { describe, expect, it } from 'vitest';
import { UnbusyError } from '../../../src/core/errors.ts';
import { runRounds } from '../../../src/engine/task-rounds.ts';
import { newShelf, type Shelf, type ShelfParams, shelfModule, silentSession } from '../../support/shelf.ts';

async function rounds(shelf: Shelf, params: ShelfParams, mode: 'run' | 'check' = 'run') {
  const module = shelfModule(shelf);
  const session = silentSession();
  const first = module.observe(session, params);
  return runRounds({ module, session, params, first, mode, onChange: () => {} });
}

const outcomes = (end: Awaited<ReturnType<typeof rounds>>) => end.changes.map((each) => `${each.id} ${each.outcome}`);

describe('rounds', () => {
  it('does nothing when all is as wanted', async () => {
    const shelf = newShelf('keep');
    const end = await rounds(shelf, { remove: ['gone'], ways: ['take'] });
    expect(shelf.log).toEqual(['look']);
    expect(end).toMatchObject({ changes: [], error: undefined, state: ['keep'] });
  });

  it('calls a change changed only after looking again', async () => {
    const shelf = newShelf('a', 'keep');
    const end = await rounds(shelf, { remove: ['a'], ways: ['take'] });
    expect(shelf.log).toEqual(['look', 'take:a', 'look']);
    expect(outcomes(end)).toEqual(['take:a changed']);
    expect(end.state).toEqual(['keep']);
  });

  it('does not believe a step that says done', async () => {
    const shelf = newShelf('a');
    shelf.lies.add('take:a');
    const end = await rounds(shelf, { remove: ['a'], ways: ['take'] });
    expect(outcomes(end)).toEqual(['take:a failed']);
    expect(end.error).toMatchObject({ code: 'E_VERIFY' });
    expect(shelf.log.filter((each) => each === 'take:a')).toHaveLength(1);
  });

  it('changes nothing in check mode, and shows the plan', async () => {
    const shelf = newShelf('a', 'lid');
    const end = await rounds(shelf, { remove: ['a', 'lid'], ways: ['take'] }, 'check');
    expect(shelf.log).toEqual(['look']);
    expect(outcomes(end)).toEqual(['take:a planned', 'lift:lid planned']);
  });

  it('climbs to the next rung when one does not work, each rung once', async () => {
    const shelf = newShelf('a', 'lid');
    shelf.answers.set('ask:a', { kind: 'busy', by: 'pid 9' });
    const end = await rounds(shelf, { remove: ['a', 'lid'], ways: ['ask', 'take'] });
    expect(shelf.log).toEqual(['look', 'ask:a', 'look', 'take:a', 'lift:lid', 'look']);
    expect(outcomes(end)).toEqual(['ask:a busy', 'take:a changed', 'lift:lid changed']);
    expect(end.error).toBeUndefined();
  });

  it.each(['run', 'check'] as const)('leaves alone in a %s what a policy puts off, and does the rest', async (mode) => {
    const shelf = newShelf('a', 'b');
    const inner = shelfModule(shelf);
    const module: typeof inner = {
      ...inner,
      plan: (state, params, tried) =>
        inner
          .plan(state, params, tried)
          .map((each) => (each.id === 'take:b' ? { ...each, pending: 'until dark' } : each)),
    };
    const params = { remove: ['a', 'b'], ways: ['take'] };
    const session = silentSession();
    const end = await runRounds({
      module,
      session,
      params,
      first: module.observe(session, params),
      mode,
      onChange: () => {},
    });
    expect(new Set(outcomes(end))).toEqual(
      new Set([mode === 'run' ? 'take:a changed' : 'take:a planned', 'take:b pending']),
    );
    expect(end.changes.find(({ id }) => id === 'take:b')?.note).toBe('until dark');
    expect([...shelf.items]).toEqual(mode === 'run' ? ['b'] : ['a', 'b']);
    expect(end.error).toBeUndefined();
  });

  it('does not take a step whose needs were not met', async () => {
    const shelf = newShelf('a', 'lid');
    shelf.answers.set('ask:a', { kind: 'denied', why: 'EPERM' });
    const end = await rounds(shelf, { remove: ['a', 'lid'], ways: ['ask'] });
    expect(shelf.log).not.toContain('lift:lid');
    expect(outcomes(end)).toEqual(['ask:a denied', 'lift:lid not-tried']);
    expect(end.error).toMatchObject({ code: 'E_DENIED' });
  });

  it('plans anew after a stale witness, once', async () => {
    const shelf = newShelf('a');
    shelf.answers.set('take:a', { kind: 'stale', found: 'mount id 7' });
    const end = await rounds(shelf, { remove: ['a'], ways: ['take'] });
    expect(shelf.log).toEqual(['look', 'take:a', 'look', 'take:a', 'look']);
    expect(outcomes(end)).toEqual(['take:a changed']);
  });

  it('stops the task when a step has an unknown end', async () => {
    const shelf = newShelf('a', 'b');
    shelf.answers.set('take:a', { kind: 'unknown', error: new UnbusyError('E_PROGRAM_LOST', 'cut') });
    const end = await rounds(shelf, { remove: ['a', 'b'], ways: ['take'] });
    expect(outcomes(end)).toEqual(['take:a unknown', 'take:b not-tried']);
    expect(end.error).toMatchObject({ code: 'E_PROGRAM_LOST' });
    expect(shelf.items.has('b')).toBe(true);
  });

  it('leaves a change in doubt when looking again fails', async () => {
    const shelf = newShelf('a');
    shelf.blind = 2;
    const end = await rounds(shelf, { remove: ['a'], ways: ['take'] });
    expect(outcomes(end)).toEqual(['take:a unknown']);
    expect(end.error).toMatchObject({ code: 'E_UNKNOWN' });
    expect(end.state).toBeUndefined();
  });

  it('says no-change for a step that ran and changed nothing by its own word', async () => {
    const shelf = newShelf('a');
    shelf.answers.set('take:a', { kind: 'done', result: { changed: false } });
    expect(outcomes(await rounds(shelf, { remove: ['a'], ways: ['take'] }))).toEqual(['take:a no-change']);
  });

  it('passes refusals on, and still does what may be done', async () => {
    const shelf = newShelf('a', 'alive');
    const end = await rounds(shelf, { remove: ['a'], ways: ['take'], refuse: ['alive'] });
    expect(outcomes(end)).toEqual(['take:a changed']);
    expect(end.refusals).toEqual([{ what: 'alive', why: 'it lives', hint: 'Wait.' }]);
  });
});
