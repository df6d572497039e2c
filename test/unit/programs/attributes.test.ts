import { describe, expect, it } from 'vitest';
import { describeDifferences, differences, needsNames } from '../../../src/programs/attributes.ts';
import type { PathInode } from '../../../src/programs/stat-path.ts';

const inode: PathInode = { type: 'file', mode: '0644', uid: 0, gid: 10, links: 1, size: 0, witness: '' };

describe('differences', () => {
  it('finds none where nothing is asked for, or where all is as asked', () => {
    expect(differences(inode, {})).toEqual([]);
    expect(differences(inode, { mode: '644', owner: '0', group: '10' })).toEqual([]);
    expect(differences({ ...inode, owner: 'root' }, { owner: 'root' })).toEqual([]);
  });

  it('names each in the words of the playbook', () => {
    const list = differences({ ...inode, owner: 'root', group: 'wheel' }, { mode: '4755', owner: 'app', group: '0' });
    expect(describeDifferences(list)).toBe('mode 0644, wanted 4755; owner root, wanted app; group 10, wanted 0');
  });

  it('asks the host for names only where a name is wanted', () => {
    expect([{}, { owner: '0' }, { owner: 'app' }, { group: 'adm' }].map(needsNames)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
