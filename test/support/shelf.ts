import { z } from '../../src/config/schema.ts';
import type { HostFacts, Session } from '../../src/connection/session.ts';
import { UnbusyError } from '../../src/core/errors.ts';
import type { Change } from '../../src/core/results.ts';
import type { Applied, Module } from '../../src/modules/module.ts';

/** A host as small as can be: a shelf of names. `answers` bends what a step says; `blind` makes the n-th look fail. */
export interface Shelf {
  readonly items: Set<string>;
  readonly log: string[];
  readonly answers: Map<string, Applied>;
  /** Steps that say done and do nothing. */
  readonly lies: Set<string>;
  blind: number | undefined;
  looks: number;
}

export const newShelf = (...items: string[]): Shelf => ({
  items: new Set(items),
  log: [],
  answers: new Map(),
  lies: new Set(),
  blind: undefined,
  looks: 0,
});

export interface ShelfParams {
  /** Names that must be gone, each by its ladder of ways: the first way that works is enough. */
  readonly remove: readonly string[];
  readonly ways: readonly string[];
  readonly refuse?: readonly string[];
}

/** A module over a shelf: removes names, way by way, and at last the name `lid`, which needs all others gone. */
export function shelfModule(shelf: Shelf): Module<ShelfParams, readonly string[], Change> {
  const change = (name: string, way: string, needs?: readonly string[]): Change => ({
    id: `${way}:${name}`,
    title: `${way} ${name}`,
    why: 'it must be gone',
    risk: 'file',
    certainty: 'certain',
    witness: { name },
    ...(needs === undefined ? {} : { needs }),
  });
  return {
    name: 'shelf',
    summary: 'Removes names from a shelf.',
    params: z.object({ remove: z.array(z.string()), ways: z.array(z.string()) }),
    needsRoot: false,
    async observe() {
      shelf.looks++;
      shelf.log.push('look');
      if (shelf.looks === shelf.blind) return { kind: 'unknown', error: new UnbusyError('E_PROGRAM_LOST', 'cut') };
      return { kind: 'known', state: [...shelf.items].sort(), gaps: [] };
    },
    plan(state, params, tried) {
      const wanted = params.remove.filter((name) => name !== 'lid' && state.includes(name));
      const steps = wanted.flatMap((name) => {
        const way = params.ways.find((each) => !tried.has(`${each}:${name}`)) ?? params.ways.at(-1);
        return way === undefined ? [] : [change(name, way)];
      });
      const lid = params.remove.includes('lid') && state.includes('lid');
      return lid
        ? [
            ...steps,
            change(
              'lid',
              'lift',
              steps.map((step) => step.id),
            ),
          ]
        : steps;
    },
    refusals: (state, params) =>
      (params.refuse ?? [])
        .filter((name) => state.includes(name))
        .map((name) => ({ what: name, why: 'it lives', hint: 'Wait.' })),
    async apply(_host, step) {
      shelf.log.push(step.id);
      const name = String(step.witness.name);
      const bent = shelf.answers.get(step.id);
      if (bent !== undefined && bent.kind !== 'done') {
        if (bent.kind === 'stale') shelf.answers.delete(step.id);
        return bent;
      }
      if (!shelf.lies.has(step.id)) shelf.items.delete(name);
      return bent ?? { kind: 'done' };
    },
    verify: (after, step) =>
      after.includes(String(step.witness.name))
        ? { kind: 'not-yet', why: 'still on the shelf' }
        : { kind: 'as-wanted' },
    result: (state) => ({ items: [...state] }),
  };
}

const FACTS: HostFacts = {
  os: 'Linux',
  kernel: '6.1.0',
  nodename: 'shelf',
  uid: 0,
  processGroup: 1,
  startTime: '1',
  procVisible: true,
  bootId: 'b',
};

/** A session for modules that call nothing; any call is a mistake of the test. */
export const silentSession = (host = 'shelf', facts: Partial<HostFacts> = {}): Session => ({
  host,
  transport: 'fake',
  facts: { ...FACTS, ...facts },
  call: () => Promise.reject(new Error('this session answers no call')),
  cancel: async () => ({ gone: true }),
  close: async () => {},
});
