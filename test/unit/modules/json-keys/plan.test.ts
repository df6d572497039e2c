import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../../src/connection/bytes.ts';
import { jsonKeysModule } from '../../../../src/modules/json-keys/index.ts';
import type { JsonKeysState } from '../../../../src/modules/json-keys/plan.ts';
import type { TextFile } from '../../../../src/programs/text-file.ts';
import { sha256 } from '../../../../src/programs/write-file.ts';

const PATH = '/etc/docker/daemon.json';

const file = (text: string, mode = '0644'): TextFile => ({
  path: PATH,
  found: {
    type: 'file',
    mode,
    uid: 0,
    gid: 0,
    links: 1,
    size: text.length,
    sha256: sha256(encodeText(text)),
    witness: 'w',
  },
  text,
});
const state = (given: TextFile): JsonKeysState => ({ file: given, older: false, missing: undefined });
const absent = state({ path: PATH, found: { type: 'absent' } });
const params = (given: object) => jsonKeysModule.params.parse({ path: PATH, ...given });
const plan = (seen: JsonKeysState, given: object) => jsonKeysModule.plan(seen, params(given), new Map());
const refusals = (seen: JsonKeysState, given: object = { keys: { a: 1 } }) =>
  jsonKeysModule.refusals?.(seen, params(given), new Map());

describe('the plan for keys of a JSON file', () => {
  it('writes once, says which keys differ, and shows the lines', () => {
    const before = state(file('{\n  "a": 1,\n  "b": 2\n}\n'));
    const [change, ...more] = plan(before, { keys: { 'live-restore': true, a: 1 }, absent_keys: ['b', 'c'] });
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      title: `edit ${PATH}`,
      why: 'not as wanted: live-restore; must not be there: b',
      text: '{\n  "a": 1,\n  "live-restore": true\n}\n',
    });
    expect(change?.diff).toContain('-  "b": 2\n+  "live-restore": true\n');
    if (change === undefined) throw new Error('no change');
    const after = state(file(change.text));
    expect(plan(after, { keys: { 'live-restore': true, a: 1 }, absent_keys: ['b', 'c'] })).toEqual([]);
    expect(jsonKeysModule.verify(after, change, before)).toEqual({ kind: 'as-wanted' });
    expect(jsonKeysModule.verify(before, change, before).kind).toBe('not-yet');
  });

  it('makes a missing or empty file, but not for keys that must be absent', () => {
    expect(plan(absent, { keys: { a: 1 } })).toMatchObject([{ title: `create ${PATH}`, text: '{\n  "a": 1\n}\n' }]);
    expect(plan(state(file(' \n')), { keys: { a: 1 } })).toMatchObject([
      { why: 'it is empty', text: '{\n  "a": 1\n}\n' },
    ]);
    expect(plan(absent, { absent_keys: ['a'] })).toEqual([]);
    expect(plan(state(file('')), { absent_keys: ['a'] })).toEqual([]);
  });

  it('changes the mode alone where that is all', () => {
    const [change, ...more] = plan(state(file('{"a": 1}')), { keys: { a: 1 }, mode: '600' });
    expect(more).toEqual([]);
    expect(change).toMatchObject({ why: 'mode 0644, wanted 0600', text: '{"a": 1}', mode: '0600' });
    expect(plan(state(file('{"a": 1}', '0600')), { keys: { a: 1 }, mode: '600' })).toEqual([]);
  });

  it('does not show a file that not everyone may read', () => {
    const [change] = plan(state(file('{"secret": 1}', '0600')), { keys: { a: 1 } });
    expect(change?.diff).not.toContain('secret');
    expect(change?.text).toContain('secret');
  });

  it('refuses what is no JSON object, with the place', () => {
    expect(refusals(state(file('{\n  "a": 1,\n}')))).toMatchObject([
      { what: `${PATH}:2:9`, why: 'is no valid JSON: a comma must not stand before `}`' },
    ]);
    expect(refusals(state(file('{"a": 1, "a": 2}')))).toMatchObject([{ why: expect.stringContaining('second time') }]);
    expect(refusals(state(file('[]')))).toMatchObject([{ why: 'holds no JSON object' }]);
    expect(refusals(state({ ...file('{}'), found: { ...file('{}').found, type: 'symlink' } as never }))).toMatchObject([
      { why: 'is a symbolic link' },
    ]);
    expect(refusals(state(file('{}')))).toEqual([]);
    expect(plan(state(file('{')), { keys: { a: 1 } })).toEqual([]);
  });

  it('says that the unit which reads it is older', () => {
    const given = params({ keys: { a: 1 }, restarts: 'docker.service' });
    expect(jsonKeysModule.unsettled?.({ ...absent, older: true }, given)).toBe(
      `docker.service runs since before ${PATH} was written`,
    );
    expect(jsonKeysModule.unsettled?.(absent, given)).toBeUndefined();
  });

  it.each([
    [{}, false],
    [{ keys: { a: 1 }, absent_keys: ['a'] }, false],
    [{ keys: { a: { b: 1 } }, absent_keys: [['a', 'b']] }, false],
    [{ keys: { a: { b: 1 } }, absent_keys: [['a', 'c']] }, true],
    [{ keys: { a: 1 }, absent_keys: [['a', 'c']] }, false],
    [{ keys: { a: Number.NaN } }, false],
    [{ keys: { a: null } }, true],
    [{ keys: { a: 1 }, restarts: 'docker' }, false],
  ])('takes %j as parameters: %s', (given, valid) => {
    expect(jsonKeysModule.params.safeParse({ path: PATH, ...given }).success).toBe(valid);
  });
});
