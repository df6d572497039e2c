import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../../src/connection/bytes.ts';
import { laterAssignments, parseLine, withAssignment } from '../../../../src/modules/sysctl/boot-files.ts';
import { sysctlModule } from '../../../../src/modules/sysctl/index.ts';
import { normalValue, pathOfKey } from '../../../../src/modules/sysctl/key.ts';
import type { SysctlState } from '../../../../src/modules/sysctl/plan.ts';
import type { TextFile } from '../../../../src/programs/text-file.ts';
import { sha256 } from '../../../../src/programs/write-file.ts';

const KEY = 'fs.may_detach_mounts';
const FILE = '/etc/sysctl.d/60-unbusy.conf';

function textFile(text?: string): TextFile {
  if (text === undefined) return { path: FILE, found: { type: 'absent' } };
  const inode = { mode: '0644', uid: 0, gid: 0, links: 1, size: text.length, witness: 'w' };
  return { path: FILE, found: { type: 'file', ...inode, sha256: sha256(encodeText(text)) }, text };
}

/** Lines of other files, as PATH: TEXT. */
function state(value: string | undefined, text?: string, others: readonly string[] = []): SysctlState {
  const lines = others.map((each) => ({ path: each.split(': ')[0] ?? '', number: 1, text: each.split(': ')[1] ?? '' }));
  const files = [...(text === undefined ? [] : [FILE]), ...lines.map(({ path }) => path)];
  return { key: KEY, found: { value, files, lines, closed: [] }, file: textFile(text), kernel: '3.10.0' };
}

const params = (given: object = {}) => sysctlModule.params.parse({ key: KEY, value: 1, ...given });
const plan = (seen: SysctlState, given = {}) => sysctlModule.plan(seen, params(given), new Map());
const refusals = (seen: SysctlState, given = {}) => sysctlModule.refusals?.(seen, params(given), new Map());

describe('the plan for a kernel parameter', () => {
  it('sets it now and for the next boot, and the second only after the first', () => {
    expect(plan(state('0'))).toMatchObject([
      { id: 'now', why: 'it is 0', text: '1', witness: { path: 'fs/may_detach_mounts', value: '0' } },
      { id: 'boot', why: 'the file does not exist', text: `${KEY} = 1\n`, needs: ['now'] },
    ]);
    expect(plan(state('1', `${KEY}=1\n`))).toEqual([]);
    expect(plan(state('1', `${KEY}=0\n`))).toMatchObject([{ id: 'boot', text: `${KEY} = 1\n` }]);
    expect(plan(state('0', `${KEY}=1\n`))).toMatchObject([{ id: 'now' }]);
    expect(plan({ ...state('0'), file: undefined })).toMatchObject([{ id: 'now' }]);
  });

  it('sees what it did, and what it did not', () => {
    const before = state('0');
    const [now, boot] = plan(before);
    if (now === undefined || boot === undefined) throw new Error('two steps are wanted');
    const after = state('1\n', `${KEY} = 1\n`);
    for (const change of [now, boot]) {
      expect(sysctlModule.verify(after, change, before)).toEqual({ kind: 'as-wanted' });
      expect(sysctlModule.verify(before, change, before).kind).toBe('not-yet');
    }
  });

  it('refuses a parameter that the kernel has not, unless it may be missing', () => {
    expect(refusals(state(undefined))).toMatchObject([
      { what: KEY, why: 'this kernel (3.10.0) has no such parameter' },
    ]);
    expect(plan(state(undefined))).toEqual([]);
    expect([refusals(state(undefined), { if_exists: true }), plan(state(undefined), { if_exists: true })]).toEqual([
      [],
      [],
    ]);
  });

  it('tells files that win over ours at boot, and not those that lose or agree', () => {
    const before = ['/etc/sysctl.d/10-a.conf', '/usr/lib/sysctl.d/50-b.conf'].map((path) => `${path}: ${KEY} = 0`);
    expect(refusals(state('1', undefined, before))).toEqual([]);
    expect(refusals(state('1', undefined, [`/etc/sysctl.d/70-c.conf: ${KEY} = 1`]))).toEqual([]);
    expect(refusals(state('1', undefined, [`/etc/sysctl.d/70-c.conf: # ${KEY} = 0`]))).toEqual([]);
    for (const path of ['/etc/sysctl.d/70-c.conf', '/usr/lib/sysctl.d/70-c.conf', '/etc/sysctl.conf']) {
      const seen = state('0', undefined, [...before, `${path}: -fs/may_detach_mounts=0`]);
      expect(refusals(seen)).toMatchObject([{ what: `${path}:1`, why: `sets ${KEY} to 0 after ${FILE} was read` }]);
      expect(plan(seen)).toHaveLength(2);
    }
  });

  it('does not count a file that another one of its name hides', () => {
    const hidden = ['/etc/sysctl.d/70-c.conf: vm.x = 1', `/usr/lib/sysctl.d/70-c.conf: ${KEY} = 0`];
    expect(laterAssignments(state('1', undefined, hidden).found, FILE, 'fs/may_detach_mounts')).toEqual([]);
  });

  it.each([
    ['fs.may_detach_mounts', 'fs/may_detach_mounts'],
    ['net.ipv4.conf.eth0/100.forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
    ['net/ipv4/conf/eth0.100/forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
  ])('reads the name %s as %s', (key, path) => expect(pathOfKey(key)).toBe(path));

  it('keeps every other line of the file, whatever stands in it', () => {
    const line = fc.constantFrom(
      '# x',
      '',
      `${KEY} = 0`,
      'vm.swappiness=1',
      `;${KEY}=1`,
      '  a . b',
      `-${KEY}=1`,
      `${KEY}=1 `,
    );
    const isOurs = (each: string) => parseLine(each)?.path === pathOfKey(KEY);
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, hasEnd) => {
        const text = lines.join('\n') + (hasEnd && lines.length > 0 ? '\n' : '');
        const edited = withAssignment(text, KEY, '1') ?? text;
        expect(withAssignment(edited, KEY, '1')).toBeUndefined();
        expect(parseLine(edited.split('\n').findLast(isOurs) ?? '')?.value).toBe('1');
        const rest = (from: string) => from.split('\n').filter((each) => each !== '' && !isOurs(each));
        expect(rest(edited)).toEqual(rest(text));
      }),
    );
  });

  it('takes white space as one blank', () => {
    expect(normalValue(' 4096\t87380   6291456\n')).toBe('4096 87380 6291456');
    expect(plan({ ...state('1\t2'), file: undefined }, { value: '1  2' })).toEqual([]);
  });

  it.each([
    [{ key: '../etc/passwd' }, false],
    [{ key: 'fs..x' }, false],
    [{ key: 'fs' }, false],
    [{ key: 'fs.*' }, false],
    [{ value: 'a\nb' }, false],
    [{ value: '' }, false],
    [{ file: '/etc/passwd' }, false],
    [{ file: '/etc/sysctl.d/99-x.conf' }, true],
  ])('takes %j as parameters: %s', (given, valid) => {
    expect(sysctlModule.params.safeParse({ key: KEY, value: 1, ...given }).success).toBe(valid);
  });
});
