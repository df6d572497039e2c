import { describe, expect, it } from 'vitest';
import type { Inventory, InventoryHost } from '../../../src/config/inventory-model.ts';
import type { Play, Playbook, Task } from '../../../src/config/playbook-model.ts';
import { type SelectionFlags, selectPlays } from '../../../src/engine/selection.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };

const host = (name: string): InventoryHost => ({
  name,
  groups: [],
  target: { name, identityFiles: [], transport: 'auto' },
  vars: {},
  origin: {},
});

const INVENTORY: Inventory = {
  source: 'hosts.yml',
  hosts: new Map(['w1', 'w2', 'd1'].map((name) => [name, host(name)])),
  groups: new Map([
    ['web', ['w1', 'w2']],
    ['db', ['d1']],
  ]),
};

const task = (index: number, tags: readonly string[]): Task => ({
  index,
  name: `task ${index}`,
  module: 'shelf',
  params: { names: new Set(), render: () => ({ kind: 'known', params: {} }) },
  when: [],
  tags,
  place: PLACE,
});

const play = (hosts: string, ...tasks: readonly Task[]): Play => ({
  name: hosts,
  hosts,
  vars: {},
  tags: [],
  tasks,
  place: PLACE,
});

const PLAYBOOK: Playbook = {
  file: 'p.yml',
  plays: [play('web', task(0, ['sweep'])), play('db', task(1, ['report']))],
  reads: new Set(),
};

function chosen(flags: Partial<SelectionFlags>) {
  const plays = selectPlays(PLAYBOOK, INVENTORY, { tags: [], skipTags: [], ...flags });
  return plays.map(({ play: { name }, hosts, tasks }) => [
    name,
    hosts.map((each) => each.name),
    tasks.map((each) => each.index),
  ]);
}

const codeOf = (flags: Partial<SelectionFlags>): string | undefined => {
  try {
    chosen(flags);
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('the choice of plays', () => {
  it('leaves out the plays of which the limit leaves no host', () => {
    expect(chosen({})).toEqual([
      ['web', ['w1', 'w2'], [0]],
      ['db', ['d1'], [1]],
    ]);
    expect(chosen({ limit: 'web:!w2' })).toEqual([['web', ['w1'], [0]]]);
    expect(chosen({ limit: 'd1' })).toEqual([['db', ['d1'], [1]]]);
  });

  it('leaves out the plays of which the tags leave no task, so that their hosts are not touched', () => {
    expect(chosen({ tags: ['report'] })).toEqual([['db', ['d1'], [1]]]);
    expect(chosen({ skipTags: ['report'] })).toEqual([['web', ['w1', 'w2'], [0]]]);
  });

  it('refuses a limit that leaves no host of any play', () => {
    expect(codeOf({ limit: 'nobody' })).toBe('E_NO_MATCH');
    expect(codeOf({ limit: 'web:!web' })).toBe('E_NO_MATCH');
  });

  it('refuses tags that no task has, and tags that leave nothing to do', () => {
    expect(codeOf({ tags: ['swep'] })).toBe('E_USAGE');
    expect(codeOf({ tags: ['sweep', 'swep'] })).toBe('E_USAGE');
    expect(codeOf({ skipTags: ['raport'] })).toBe('E_USAGE');
    expect(codeOf({ skipTags: ['sweep', 'report'] })).toBe('E_USAGE');
    expect(codeOf({ limit: 'web', tags: ['report'] })).toBe('E_USAGE');
    expect(codeOf({ tags: ['always', 'sweep'], skipTags: ['never'] })).toBeUndefined();
  });

  it('takes a handler with any task, unless it is skipped by name, and never for itself', () => {
    const handler: Task = { ...task(2, ['restart']), standby: 'handler' };
    const book: Playbook = { ...PLAYBOOK, plays: [play('web', task(0, ['sweep']), task(1, ['other']), handler)] };
    const of = (flags: Partial<SelectionFlags>) =>
      selectPlays(book, INVENTORY, { tags: [], skipTags: [], ...flags }).flatMap(({ tasks }) =>
        tasks.map(({ index }) => index),
      );
    expect(of({})).toEqual([0, 1, 2]);
    expect(of({ tags: ['sweep'] })).toEqual([0, 2]);
    expect(of({ skipTags: ['restart'] })).toEqual([0, 1]);
    expect(() => of({ tags: ['restart'] })).toThrow('the tags leave no task to do');
  });
});
