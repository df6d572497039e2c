import { describe, expect, it } from 'vitest';
import type { MountFlags } from '../../../../src/modules/docker-mount-flags/flags.ts';
import {
  configuredBy,
  DROP_IN_DIRECTORY,
  inOrder,
  isOurs,
  planEdits,
} from '../../../../src/modules/docker-mount-flags/unit-edits.ts';
import type { UnitFile } from '../../../../src/programs/docker-unit-files.ts';

const NAME = 'unbusy-mount-flags.conf';
const OURS = `${DROP_IN_DIRECTORY}/${NAME}`;
const VENDOR = '/lib/systemd/system/docker.service';
const INSTALLED = '/etc/systemd/system/docker.service';

const file = (path: string, ...lines: readonly string[]): UnitFile => ({
  path,
  target: path.replace(/^\/lib\//, '/usr/lib/'),
  witness: '81a4 0 0 7 1',
  sha256: 'a'.repeat(64),
  text: ['[Service]', ...lines, ''].join('\n'),
  loaded: true,
});
const dropIn = (name: string, ...lines: readonly string[]) => file(`${DROP_IN_DIRECTORY}/${name}`, ...lines);

const plan = (files: readonly UnitFile[], target: MountFlags, inPlace = false, name = NAME) =>
  planEdits(files, target, { inPlace, dropIn: name });

/** The files after the plan, as path and text. */
function written(files: readonly UnitFile[], target: MountFlags, inPlace = false): ReadonlyMap<string, string> {
  const planned = plan(files, target, inPlace);
  if (planned.kind === 'blocked') throw new Error(planned.why);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const edit of planned.edits) {
    if (edit.after === undefined) texts.delete(edit.path);
    else texts.set(edit.path, edit.after);
  }
  return texts;
}

/** What systemd would make of files by path; the unit file is the one outside of the drop-ins. */
function reads(texts: ReadonlyMap<string, string>) {
  const isUnit = (path: string) => !path.startsWith(`${DROP_IN_DIRECTORY}/`);
  const all = [...texts].sort(([a], [b]) => (isUnit(a) ? -1 : isUnit(b) ? 1 : a < b ? -1 : 1));
  return configuredBy(all.map(([, text]) => ({ text })));
}

describe('what is written to bring MountFlags about', () => {
  it('is nothing where it is so, whoever made it so', () => {
    expect(plan([file(VENDOR, 'MountFlags=slave')], 'slave')).toEqual({ kind: 'edits', edits: [] });
    expect(plan([file(VENDOR)], 'unset')).toEqual({ kind: 'edits', edits: [] });
    expect(plan([file(VENDOR)], 'slave')).not.toEqual({ kind: 'edits', edits: [] });
  });

  it.each([
    ['in the unit file', [file(VENDOR, 'MountFlags=slave')]],
    ['in a drop-in of somebody else', [file(VENDOR), dropIn('10-old.conf', 'MountFlags=slave', 'Nice=1')]],
    ['in both', [file(INSTALLED, 'MountFlags=shared'), dropIn('10-old.conf', 'MountFlags=slave')]],
  ])('overrides what stands %s by an empty value in a drop-in of ours', (_, files) => {
    const texts = written(files, 'unset');
    expect(reads(texts).flags).toBe('unset');
    expect([...texts.keys()]).toEqual([...files.map(({ path }) => path), OURS]);
    expect(texts.get(OURS)).toMatch(/^# Written by unbusy .*\n\[Service\]\nMountFlags=\n$/);
    for (const { path, text } of files) expect(texts.get(path)).toBe(text);
  });

  it('takes PrivateMounts back too, which makes the same namespace', () => {
    const texts = written([file(VENDOR), dropIn('10-old.conf', 'MountFlags=slave', 'PrivateMounts=yes')], 'unset');
    expect(texts.get(OURS)).toContain('MountFlags=\nPrivateMounts=no\n');
    expect(reads(texts)).toEqual({ flags: 'unset', privateMounts: false });
    const only = written([file(VENDOR), dropIn('10-old.conf', 'PrivateMounts=yes')], 'unset');
    expect(reads(only)).toEqual({ flags: 'unset', privateMounts: false });
  });

  it('sets a value by a drop-in, and takes that away again with nothing left', () => {
    const unit = file(VENDOR);
    const set = written([unit], 'slave');
    expect(reads(set).flags).toBe('slave');
    const ours = { ...file(OURS), text: set.get(OURS) ?? '' };
    expect(isOurs(ours)).toBe(true);
    expect(written([unit, ours], 'unset')).toEqual(new Map([[VENDOR, unit.text]]));
    // A drop-in of the same name that somebody else wrote is none of ours.
    expect(isOurs(file(OURS, 'MountFlags=slave'))).toBe(false);
  });

  it('keeps what others added to our drop-in', () => {
    const head = written([file(VENDOR)], 'slave').get(OURS) ?? '';
    const ours = { ...file(OURS), text: `${head}Nice=1\n` };
    expect(written([file(VENDOR), ours], 'unset').get(OURS)).toBe(head.replace('MountFlags=slave\n', 'Nice=1\n'));
    expect(reads(written([file(VENDOR), ours], 'private')).flags).toBe('private');
    expect(written([file(VENDOR), ours], 'private').get(OURS)).toContain('Nice=1\n');
  });

  it('finds our drop-in under another name', () => {
    const head = written([file(VENDOR)], 'slave').get(OURS) ?? '';
    const old = { ...dropIn('20-flags.conf'), text: head };
    expect([...written([file(VENDOR), old], 'unset').keys()]).toEqual([VENDOR]);
  });

  it('refuses a name that somebody else has, and one that would not win', () => {
    const theirs = dropIn(NAME, 'MountFlags=slave');
    expect(plan([file(VENDOR), theirs], 'unset')).toMatchObject({ kind: 'blocked', what: OURS });
    expect(plan([file(VENDOR), theirs], 'unset', false, 'zz.conf')).toMatchObject({ kind: 'edits' });
    const late = dropIn('zzz.conf', 'MountFlags=slave');
    expect(plan([file(VENDOR), late], 'unset')).toMatchObject({ kind: 'blocked', what: late.path });
    expect(plan([file(VENDOR), late], 'unset', false, 'zzzz.conf')).toMatchObject({ kind: 'edits' });
    // Byte by byte: capitals come first.
    expect(plan([file(VENDOR), dropIn('Z.conf', 'MountFlags=slave')], 'unset')).toMatchObject({ kind: 'edits' });
  });
});

describe('a patch in place', () => {
  const installed = file(INSTALLED, '# old habit', 'MountFlags=slave', 'Nice=1');

  it('takes the line out of an installer’s unit file, and writes no drop-in', () => {
    expect(written([installed], 'unset', true)).toEqual(new Map([[INSTALLED, '[Service]\n# old habit\nNice=1\n']]));
  });

  it('patches drop-ins of the host too, also those that come after ours', () => {
    const texts = written(
      [installed, dropIn('zzz.conf', 'MountFlags=private', 'PrivateMounts=yes', 'Nice=2')],
      'unset',
      true,
    );
    expect(texts.get(`${DROP_IN_DIRECTORY}/zzz.conf`)).toBe('[Service]\nNice=2\n');
    expect([...texts.keys()]).not.toContain(OURS);
  });

  it('changes the line that counts, or adds one to the unit file', () => {
    const texts = written([installed, dropIn('10-a.conf', 'MountFlags=private')], 'shared', true);
    expect(texts.get(INSTALLED)).toBe(installed.text);
    expect(texts.get(`${DROP_IN_DIRECTORY}/10-a.conf`)).toBe('[Service]\nMountFlags=shared\n');
    expect(written([file(INSTALLED, 'Nice=1')], 'slave', true).get(INSTALLED)).toBe(
      '[Service]\nNice=1\nMountFlags=slave\n',
    );
  });

  it.each([
    ['a vendor file', file(VENDOR, 'MountFlags=slave')],
    [
      'a link to a vendor file',
      { ...file(INSTALLED, 'MountFlags=slave'), target: '/usr/lib/systemd/system/docker.service' },
    ],
    ['what only lives until the next boot', file('/run/systemd/system/docker.service', 'MountFlags=slave')],
  ])('never writes %s, and overrides it', (_, unit) => {
    const texts = written([unit], 'unset', true);
    expect(texts.get(unit.path)).toBe(unit.text);
    expect(reads(texts).flags).toBe('unset');
    expect(texts.has(OURS)).toBe(true);
  });
});

describe('the order of files', () => {
  it('is that of systemd: the unit file, then drop-ins by name; a name in /etc hides the same name elsewhere', () => {
    const lib = (name: string) => file(`/lib/systemd/system/docker.service.d/${name}`);
    const run = file('/run/systemd/system/docker.service.d/b.conf');
    const files = [file(VENDOR), lib('b.conf'), lib('z.conf'), dropIn('a.conf'), run, dropIn('Z.conf')];
    expect(inOrder(files).map(({ path }) => path)).toEqual([
      VENDOR,
      `${DROP_IN_DIRECTORY}/Z.conf`,
      `${DROP_IN_DIRECTORY}/a.conf`,
      run.path,
      '/lib/systemd/system/docker.service.d/z.conf',
    ]);
  });
});
