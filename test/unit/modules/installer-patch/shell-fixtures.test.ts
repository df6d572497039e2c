import { beforeAll, describe, expect, it } from 'vitest';
import { loadShellParser, type ShellParser } from '../../../../src/modules/installer-patch/shell-parser.ts';
import { unifiedDiff } from '../../../../src/programs/unified-diff.ts';
import { added, expectedDiff, fixtures, removed, shellReader, wish } from './patch-bench.ts';

let parse: ShellParser;
beforeAll(async () => {
  parse = await loadShellParser();
});

describe.each(fixtures('.sh'))('$name', ({ name, text }) => {
  for (const strategy of ['privileged', 'rslave'] as const) {
    it(`becomes what it should be (${strategy})`, () => {
      const { kind, read } = shellReader(parse, text);
      const after = added(text, wish(kind === 'shell_install' ? strategy : undefined), read);
      expect(unifiedDiff(name, text, after)).toBe(expectedDiff(name, strategy));
    });

    it(`is changed once, and comes back byte for byte (${strategy})`, () => {
      const { kind, read } = shellReader(parse, text);
      const wanted = wish(kind === 'shell_install' ? strategy : undefined);
      const after = added(text, wanted, read);
      expect(after).not.toBe(text);
      expect(added(after, wanted, read)).toBe(after);
      expect(removed(after, read)).toBe(text);
      expect(removed(text, read)).toBe(text);
    });
  }

  it('goes over from one wish to another as if the first had never been', () => {
    const { kind, read } = shellReader(parse, text);
    if (kind === 'shell_uninstall') return;
    const once = added(text, wish('privileged'), read);
    expect(added(once, wish('rslave', '/other'), read)).toBe(added(text, wish('rslave', '/other'), read));
  });
});

it('has a corpus worth the name', () => {
  expect(fixtures('.sh').length).toBeGreaterThanOrEqual(15);
});
