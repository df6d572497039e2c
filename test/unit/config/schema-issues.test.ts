import { describe, expect, it } from 'vitest';
import { knownKeysAt } from '../../../src/config/known-keys.ts';
import { z } from '../../../src/config/schema.ts';
import { explainIssues } from '../../../src/config/schema-issues.ts';
import { parseYaml } from '../../../src/config/yaml.ts';

const duration = z.union([
  z.string().refine((text) => /^\d+s$/.test(text), { message: 'must be a duration such as 30s' }),
  z.number(),
]);
const schema = z.strictObject({
  which: z.union([z.literal('all'), z.array(z.string().regex(/^\w+$/, 'must be a name'))]).optional(),
  rungs: z
    .array(z.enum(['rmdir', 'unmount']))
    .min(1)
    .optional(),
  wait: duration.optional(),
  shape: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), n: z.number() }),
      z.strictObject({ kind: z.literal('b') }),
    ])
    .optional(),
  deep: z.strictObject({ list: z.array(z.strictObject({ name: z.string() })) }).optional(),
  count: z.number().int().min(1).max(5).optional(),
  env: z.record(z.string(), z.string()).optional(),
});

function explain(value: unknown): readonly string[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  const wording = {
    subject: 'thing',
    value,
    knownKeys: (path: readonly (string | number)[]) => knownKeysAt(schema, path),
  };
  return explainIssues(parsed.error.issues, wording).map(({ message, hint }) =>
    hint === undefined ? message : `${message} | ${hint}`,
  );
}

describe('explainIssues', () => {
  it.each([
    [{ which: 'foo' }, ['"which" must be "all" or a list, found the text "foo" | Write a list: [foo].']],
    [{ which: 5 }, ['"which" must be "all" or a list, found the number 5']],
    [{ which: ['ok', 'no good'] }, ['"which[1]" must be a name']],
    [
      { rungs: ['umount'] },
      ['"rungs[0]" must be "rmdir" or "unmount", found the text "umount" | Did you mean "unmount"?'],
    ],
    [{ rungs: [] }, ['"rungs" must have at least 1 entry']],
    [{ wait: 'soon' }, ['"wait" must be a duration such as 30s']],
    [{ wait: [1] }, ['"wait" must be text or a number, found a list']],
    [
      { deep: { list: [{ nam: 'x' }] } },
      ['thing needs "deep.list[0].name"', '"deep.list[0]" of thing has no "nam" | Did you mean "name"?'],
    ],
    [{ count: 9 }, ['"count" must be at most 5']],
    [{ count: 1.5 }, ['"count" must be a whole number, found the number 1.5']],
    [{ env: { A: 1 } }, ['"env.A" must be text, found the number 1 | Quote it: \'1\'.']],
    [
      { rungs: 'a b' },
      ['"rungs" must be a list, found the text "a b" | Write each word as an entry of a list: [a, b].'],
    ],
    [{ wiat: '1s' }, ['thing has no "wiat" | Did you mean "wait"?']],
    [
      'text',
      ['thing must be a mapping, found the text "text" | Write each parameter on a line of its own, as key: value.'],
    ],
    [{ which: 'all', wait: '1s' }, []],
  ])('words %j', (value, messages) => {
    expect(explain(value)).toEqual(messages);
  });

  it('takes the branch of a union that the value is nearest to', () => {
    expect(explain({ shape: { kind: 'a', n: 'x' } })).toEqual(['"shape.n" must be a number, found the text "x"']);
    expect(explain({ shape: { kind: 'c' } })).toHaveLength(1);
  });
});

describe('a mistake that a schema words itself', () => {
  it.each([
    ['or `hook` is needed: nothing is asked of the file', '"which" or `hook` is needed: nothing is asked of the file'],
    ['means every container', '"which" means every container'],
    ['`started` does not go with `masked`', '"which": `started` does not go with `masked`'],
  ])('is a sentence: %s', (message, sentence) => {
    const issues = [{ code: 'custom' as const, path: ['which'], message, input: {} }];
    const wording = { subject: 'thing', value: {}, knownKeys: () => [] };
    expect(explainIssues(issues, wording).map((mistake) => mistake.message)).toEqual([sentence]);
  });
});

describe('knownKeysAt', () => {
  it('finds keys below lists and in every branch of a union', () => {
    expect(knownKeysAt(schema, ['deep', 'list', 0])).toEqual(['name']);
    expect(knownKeysAt(schema, ['shape'])).toEqual(['kind', 'n']);
    expect(knownKeysAt(schema, ['nowhere'])).toEqual([]);
  });
});

describe('a value that came from a variable', () => {
  const params = z.strictObject({ remove: z.boolean().optional(), rungs: z.array(z.string()).optional() });
  /** The first hint for a value, where the playbook has this text in its place. */
  function hint(written: string, value: { remove?: unknown; rungs?: unknown }) {
    const { root } = parseYaml('p.yml', `${Object.keys(value)[0]}: ${written}\n`, 'E_PLAYBOOK');
    const issues = params.safeParse(value).error?.issues ?? [];
    const wording = { subject: 'thing', value, knownKeys: () => [], ...(root === undefined ? {} : { node: root }) };
    return explainIssues(issues, wording)[0]?.hint;
  }

  it('is told how to be given by -e, which makes a text of NAME=VALUE', () => {
    expect(hint('"{{ remove }}"', { remove: 'false' })).toContain("-e '{remove: false}'");
    expect(hint("'{{ ways }}'", { rungs: 'rmdir' })).toContain(
      "ways: [rmdir]; on the command line as -e '{ways: [rmdir]}'",
    );
    expect(hint('"{{ ways }}"', { rungs: '[a,b]' })).toContain("-e '{ways: [a,b]}'");
  });

  it('gets no such hint where the playbook itself has the text, or makes it of more than the variable', () => {
    expect(hint('"false"', { remove: 'false' })).toBe('Write it without quotes: false.');
    expect(hint('rmdir', { rungs: 'rmdir' })).toBe('Write a list: [rmdir].');
    expect(hint('"{{ a }}{{ b }}"', { rungs: 'ab' })).toBe('Write a list: [ab].');
    expect(hint('"{{ ways }}"', { rungs: 'it’s, a' })).toBe('Write each word as an entry of a list: [a, b].');
  });
});
