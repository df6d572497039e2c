import { describe, expect, it } from 'vitest';
import { type FileContentParams, fileContentParams } from '../../../../src/modules/file-content/params.ts';
import { planFile, refuseFile, verifyFile } from '../../../../src/modules/file-content/plan.ts';
import type { PathInode } from '../../../../src/programs/stat-path.ts';
import { sha256 } from '../../../../src/programs/write-file.ts';

const wants = (more: object): FileContentParams => fileContentParams.parse({ path: '/etc/x', ...more });
const mistakes = (params: object): readonly string[] =>
  fileContentParams.safeParse({ path: '/etc/x', ...params }).error?.issues.map((issue) => issue.message) ?? [];

const inode: PathInode = {
  type: 'file',
  mode: '0644',
  uid: 0,
  gid: 0,
  links: 1,
  size: 4,
  sha256: sha256(Buffer.from('old\n')),
  witness: '81a4 0 0 12 34',
};
const state = (more: Partial<PathInode> = {}, oldText?: string) => ({
  path: '/etc/x',
  found: { ...inode, ...more },
  ...(oldText === undefined ? {} : { oldText }),
});
const absent = { path: '/etc/x', found: { type: 'absent' } } as const;

describe('file_content: what a playbook may say', () => {
  it('needs content, unless the file is to be absent', () => {
    expect(mistakes({ content: '' })).toEqual([]);
    expect(mistakes({})).toHaveLength(1);
    expect(mistakes({ state: 'absent' })).toEqual([]);
    expect(mistakes({ state: 'absent', content: 'x', mode: '0644' })).toHaveLength(2);
  });

  it.each([
    { path: 'relative' },
    { path: '/trailing/' },
    { path: '/nul\0' },
    { mode: 644 },
    { mode: '0999' },
    { mode: 'u+x' },
    { owner: '-root' },
    { owner: 'a:b' },
    { owner: 0 },
    { content: 'x'.repeat(1_048_577) },
    { contents: 'x' },
  ])('refuses %j', (params) => {
    expect(mistakes({ content: '', ...params }).length).toBeGreaterThan(0);
  });
});

describe('file_content: plan', () => {
  it('plans nothing for a file that is as wanted', () => {
    expect(planFile(state(), wants({ content: 'old\n' }))).toEqual([]);
    expect(planFile(state(), wants({ content: 'old\n', mode: '644', owner: '0', group: '0' }))).toEqual([]);
    expect(planFile(absent, wants({ state: 'absent' }))).toEqual([]);
  });

  it('plans one write with a diff, and the witness of what was seen', () => {
    const [change, ...more] = planFile(state({}, 'old\n'), wants({ content: 'new\n' }));
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      id: 'write',
      title: 'write /etc/x',
      risk: 'file',
      certainty: 'certain',
      witness: { path: '/etc/x', inode: '81a4 0 0 12 34', sha256: inode.sha256 },
    });
    expect(change?.diff).toBe('--- /etc/x\n+++ /etc/x\n@@ -1,1 +1,1 @@\n-old\n+new\n');
    expect(JSON.parse(JSON.stringify(change))).toEqual(change);
  });

  it('shows a new file as a diff from /dev/null, and says where the last newline is missing', () => {
    const [change] = planFile(absent, wants({ content: 'a\nb' }));
    expect(change).toMatchObject({ title: 'create /etc/x', witness: { inode: 'absent', sha256: null } });
    expect(change?.diff).toContain('--- /dev/null\n+++ /etc/x\n');
    expect(change?.diff).toContain('+b\n\\ No newline at end of file');
  });

  it('shows nothing of a file that not everyone may read', () => {
    for (const [was, mode] of [
      ['0600', undefined],
      ['0644', '0640'],
    ] as const) {
      const [change] = planFile(state({ mode: was }, 'old\n'), wants({ content: 'secret', ...(mode ? { mode } : {}) }));
      expect(change?.diff).not.toContain('secret');
      expect(change?.diff).not.toContain('old');
    }
  });

  it('says that text which was not read, or is none, is not shown', () => {
    expect(planFile(state(), wants({ content: 'new' }))[0]?.diff).toContain('large or no text');
    expect(planFile(absent, wants({ content: 'nul\0' }))[0]?.diff).toContain('large or no text');
    expect(planFile(absent, wants({ content: 'byte \udcff' }))[0]?.diff).toContain('large or no text');
  });

  it('wants the bytes of a host back as they were, also those that are no UTF-8', () => {
    const [change] = planFile(absent, wants({ content: 'x\udcff' }));
    expect(change?.wanted.sha256).toBe(sha256(Buffer.from([0x78, 0xff])));
  });

  it('sets attributes without writing', () => {
    const wanted = wants({ content: 'old\n', mode: '0600', owner: 'app', group: '7' });
    const [change] = planFile(state({ owner: 'root' }), wanted);
    expect(change).toMatchObject({
      action: 'attributes',
      title: 'set mode, owner, group of /etc/x',
      why: 'mode 0644, wanted 0600; owner root, wanted app; group 0, wanted 7',
    });
  });

  it('warns of other hard links before a rename parts them', () => {
    expect(planFile(state({ links: 3 }), wants({ content: 'new' }))[0]?.blast?.[0]).toContain('2 other hard link');
    expect(planFile(state({ links: 1 }), wants({ content: 'new' }))[0]?.blast).toBeUndefined();
  });

  it.each(['directory', 'symlink', 'other'] as const)('refuses a %s instead of replacing it', (type) => {
    const seen = state({ type });
    expect(planFile(seen, wants({ content: 'x' }))).toEqual([]);
    expect(refuseFile(seen, wants({ content: 'x' }))).toHaveLength(1);
  });

  it('removes a link itself, but no directory', () => {
    expect(planFile(state({ type: 'symlink' }), wants({ state: 'absent' }))).toHaveLength(1);
    expect(planFile(state({ type: 'directory' }), wants({ state: 'absent' }))).toEqual([]);
    expect(refuseFile(state({ type: 'directory' }), wants({ state: 'absent' }))).toHaveLength(1);
  });
});

describe('file_content: verify', () => {
  const planned = (from: Parameters<typeof planFile>[0], params: object) => {
    const [change] = planFile(from, wants(params));
    if (change === undefined) throw new Error('nothing planned');
    return change;
  };

  it('wants content and attributes to be seen', () => {
    const change = planned(state({}, 'old\n'), { content: 'new\n', mode: '0600' });
    const after = { sha256: sha256(Buffer.from('new\n')), mode: '0600' };
    expect(verifyFile(state(after), change).kind).toBe('as-wanted');
    expect(verifyFile(state({ ...after, mode: '0644' }), change).kind).toBe('not-yet');
    expect(verifyFile(state({ mode: '0600' }), change).kind).toBe('not-yet');
    expect(verifyFile(absent, change).kind).toBe('not-yet');
  });

  it('wants an absent file to be gone', () => {
    const change = planned(state(), { state: 'absent' });
    expect(verifyFile(absent, change).kind).toBe('as-wanted');
    expect(verifyFile(state(), change).kind).toBe('not-yet');
  });
});
