import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../../src/connection/bytes.ts';
import { systemdDropInModule } from '../../../../src/modules/systemd-dropin/index.ts';
import type { DropInState } from '../../../../src/modules/systemd-dropin/observe.ts';
import { dropInText } from '../../../../src/modules/systemd-dropin/params.ts';
import type { PathFound } from '../../../../src/programs/stat-path.ts';
import type { UnitState } from '../../../../src/programs/systemd-unit-state.ts';
import { sha256 } from '../../../../src/programs/write-file.ts';

const PATH = '/etc/systemd/system/docker.service.d/10-mount-flags.conf';
const WANTED = '[Service]\nMountFlags=slave\n';

const inode = (type: 'file' | 'directory' | 'symlink'): PathFound =>
  ({ type, mode: '0644', uid: 0, gid: 0, links: 1, size: 1, witness: `w-${type}` }) as const;

/** A drop-in with that text, and how far systemd is with it. */
function state(text?: string, unit: Partial<UnitState> = {}): DropInState {
  const isRead = text !== undefined;
  return {
    file: {
      path: PATH,
      ...(text === undefined
        ? { found: { type: 'absent' } }
        : { found: { ...inode('file'), sha256: sha256(encodeText(text)) } as PathFound, text }),
    },
    directory: isRead ? inode('directory') : { type: 'absent' },
    unit: {
      asked: 'docker.service',
      id: 'docker.service',
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      unitFileState: 'enabled',
      fragmentPath: '/lib/systemd/system/docker.service',
      dropInPaths: isRead ? [PATH] : [],
      needsReload: false,
      mainPid: 7,
      mainStartMicros: 1,
      properties: new Map(),
      ...unit,
    },
    older: false,
  };
}

const params = (given: object = { settings: { Service: { MountFlags: 'slave' } } }) =>
  systemdDropInModule.params.parse({ unit: 'docker.service', name: '10-mount-flags.conf', ...given });
const plan = (seen: DropInState, given?: object) => systemdDropInModule.plan(seen, params(given), new Map());
const refusal = (seen: DropInState, given?: object) =>
  systemdDropInModule.refusals?.(seen, params(given), new Map())[0]?.why;

describe('the plan for a drop-in', () => {
  it('writes it where it is missing or differs, and nothing where it is so and was read', () => {
    expect(plan(state())).toMatchObject([{ id: 'write', title: `create ${PATH}`, text: WANTED, before: null }]);
    const [change] = plan(state('[Service]\nMountFlags=private\n'));
    expect(change).toMatchObject({ id: 'write', title: `write ${PATH}`, before: '[Service]\nMountFlags=private\n' });
    expect(change?.diff).toContain('-MountFlags=private\n+MountFlags=slave\n');
    expect(plan(state(WANTED))).toEqual([]);
    expect(plan(state(WANTED), { content: WANTED, mode: '0600' })).toMatchObject([{ why: 'mode 0644, wanted 0600' }]);
  });

  it('lets systemd read what it has not read', () => {
    expect(plan(state(WANTED, { dropInPaths: [] }))).toMatchObject([
      { id: 'reload', why: expect.stringContaining('has not read') },
    ]);
    expect(plan(state(WANTED, { needsReload: true }))).toMatchObject([{ id: 'reload' }]);
    const gone = { state: 'absent' };
    expect(plan(state(undefined, { dropInPaths: [PATH] }), gone)).toMatchObject([
      { id: 'reload', why: expect.stringContaining('still goes by') },
    ]);
    expect(plan(state(undefined), gone)).toEqual([]);
    expect(plan(state(WANTED), gone)).toMatchObject([{ id: 'remove', text: null, before: WANTED }]);
  });

  it('is done only when systemd has read it, and can use the unit', () => {
    const [write] = plan(state());
    const [remove] = plan(state(WANTED), { state: 'absent' });
    if (write === undefined || remove === undefined) throw new Error('two steps are wanted');
    const verdict = (after: DropInState, change = write) => systemdDropInModule.verify(after, change, state()).kind;
    expect(verdict(state(WANTED))).toBe('as-wanted');
    expect(verdict(state())).toBe('not-yet');
    expect(verdict(state('[Service]\n'))).toBe('not-yet');
    expect(verdict(state(WANTED, { dropInPaths: [] }))).toBe('not-yet');
    expect(verdict(state(WANTED, { needsReload: true }))).toBe('not-yet');
    expect(verdict(state(WANTED, { loadState: 'bad-setting' }))).toBe('not-yet');
    expect(verdict(state(), remove)).toBe('as-wanted');
    expect(verdict(state(undefined, { dropInPaths: [PATH] }), remove)).toBe('not-yet');
    expect(verdict(state(WANTED), remove)).toBe('not-yet');
  });

  it('refuses what has no effect, and what is not ours to replace', () => {
    expect(refusal(state(undefined, { loadState: 'not-found' }))).toBe('systemd knows no such unit');
    expect(refusal(state(undefined, { loadState: 'masked' }))).toContain('is masked');
    expect(refusal({ ...state(), file: { path: PATH, found: inode('symlink') } })).toBe('is a symbolic link');
    expect(refusal({ ...state(), directory: inode('symlink') })).toBe('the directory above it is a symlink');
    expect(refusal(state())).toBeUndefined();
    expect(refusal(state(WANTED, { loadState: 'not-found' }), { state: 'absent' })).toBeUndefined();
  });
});

describe('the parameters of a drop-in', () => {
  it('makes the text of a unit file from settings', () => {
    const settings = {
      Unit: { After: ['a.service', 'b.service'] },
      Service: { ExecStart: ['', '/bin/x --y'], PrivateTmp: true, MountFlags: '', Nice: 5 },
    };
    expect(dropInText(params({ settings }))).toBe(
      '[Unit]\nAfter=a.service\nAfter=b.service\n\n[Service]\nExecStart=\nExecStart=/bin/x --y\nPrivateTmp=yes\nMountFlags=\nNice=5\n',
    );
    expect(dropInText(params({ content: '# why\n[Service]\nNice=1' }))).toBe('# why\n[Service]\nNice=1\n');
  });

  it.each([
    [{}, false],
    [{ content: 'MountFlags=slave\n' }, false],
    [{ content: '\n# x\n; y\n[Service]\n' }, true],
    [{ content: '[Service]\n', settings: { Service: { A: 1 } } }, false],
    [{ settings: {} }, false],
    [{ settings: { Service: { MountFlags: 'a\nExecStart=/bin/evil' } } }, false],
    [{ settings: { 'Service]\n[Unit': { A: 1 } } }, false],
    [{ settings: { Service: { 'A=1\nB': 1 } } }, false],
    [{ state: 'absent', content: '[Service]\n' }, false],
    [{ name: '../x.conf', content: '[Service]\n' }, false],
    [{ name: 'x', content: '[Service]\n' }, false],
    [{ unit: '../../x.service', content: '[Service]\n' }, false],
  ])('takes %j: %s', (given, valid) => {
    const all = { unit: 'docker.service', name: '10-a.conf', ...given };
    expect(systemdDropInModule.params.safeParse(all).success).toBe(valid);
  });
});
