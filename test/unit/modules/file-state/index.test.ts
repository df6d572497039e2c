import { describe, expect, it } from 'vitest';
import { fileStateModule } from '../../../../src/modules/file-state/index.ts';
import type { PathInode } from '../../../../src/programs/stat-path.ts';

const none = new Map();
const wants = (more: object) => fileStateModule.params.parse({ path: '/srv/x', state: 'directory', ...more });
const inode: PathInode = {
  type: 'directory',
  mode: '0755',
  uid: 0,
  gid: 0,
  links: 2,
  size: 0,
  witness: '41ed 0 0 1 2',
};
const state = (more: Partial<PathInode> = {}) => ({ path: '/srv/x', found: { ...inode, ...more } });
const absent = { path: '/srv/x', found: { type: 'absent' } } as const;

describe('file_state', () => {
  it('plans nothing for what is as wanted', () => {
    expect(fileStateModule.plan(state(), wants({}), none)).toEqual([]);
    expect(fileStateModule.plan(state(), wants({ mode: '755', owner: '0' }), none)).toEqual([]);
    expect(fileStateModule.plan(absent, wants({ state: 'absent' }), none)).toEqual([]);
  });

  it('creates, sets and removes, one step each, and wants to see it', () => {
    const cases = [
      [absent, { mode: '0700' }, 'create', state({ mode: '0700' })],
      [state(), { mode: '0700' }, 'attributes', state({ mode: '0700' })],
      [state({ type: 'file' }), { state: 'absent' }, 'remove', absent],
    ] as const;
    for (const [before, params, id, after] of cases) {
      const [change, ...more] = fileStateModule.plan(before, wants(params), none);
      if (change === undefined) throw new Error(`nothing planned for ${id}`);
      expect([change.id, more]).toEqual([id, []]);
      expect(JSON.parse(JSON.stringify(change))).toEqual(change);
      expect(fileStateModule.verify(after, change, before).kind).toBe('as-wanted');
      expect(fileStateModule.verify(before, change, before).kind).toBe('not-yet');
    }
  });

  it('refuses to turn one kind of thing into another', () => {
    for (const [type, wanted] of [
      ['file', 'directory'],
      ['directory', 'file'],
      ['symlink', 'directory'],
      ['other', 'absent'],
    ] as const) {
      const params = wants({ state: wanted });
      expect(fileStateModule.plan(state({ type }), params, none)).toEqual([]);
      expect(fileStateModule.refusals?.(state({ type }), params, none)).toHaveLength(1);
    }
    expect(fileStateModule.refusals?.(state(), wants({}), none)).toEqual([]);
  });

  it('takes no attributes for what is to be absent', () => {
    expect(fileStateModule.params.safeParse({ path: '/x', state: 'absent', mode: '0644' }).success).toBe(false);
    expect(fileStateModule.params.safeParse({ path: '/x', state: 'absent' }).success).toBe(true);
  });
});
