import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeText } from '../../../src/connection/bytes.ts';
import type { Session } from '../../../src/connection/session.ts';
import { openShellSession } from '../../../src/connection/shell-session.ts';
import { requireShell, SHELLS, shellLink } from '../../support/shell-links.ts';

/** What has broken a shell, a terminal or a parser before. */
const NASTY = [
  '',
  ' ',
  '-n',
  '-rf',
  '--',
  '\\',
  '\\\\n',
  '\\c',
  "'",
  "'; echo INJECTED; #",
  '"',
  '$(id)',
  '`id`',
  '$HOME',
  `$${'{HOME}'}`,
  '$$',
  '!!',
  '*',
  '~root',
  'a\nb',
  '\n',
  '\r\n',
  '\t',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u202Eevil',
  'ünïcödé 名前 🙂',
  'caf\udce9',
  '\udcff\udcfe',
  '/data/merged\\040(deleted)',
  '%s%n',
  '../../etc',
  '&& reboot',
  '<in >out 2>&1 | tee',
  '\u007f\u0001\u0002',
];

const words = fc.array(
  fc.oneof(
    fc.constantFrom(...NASTY),
    fc.array(fc.constantFrom(...NASTY), { maxLength: 4 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  ),
  { minLength: 1, maxLength: 8 },
);

const ECHO = { name: 'echo-words', text: 'printf \'%s\\0\' "$@"' };

describe.each(Object.entries(SHELLS))('arguments under %s', (_, shell) => {
  let session: Session;
  beforeAll(async () => {
    requireShell(shell);
    const opened = await openShellSession(shellLink(shell));
    if (!opened.ok) throw opened.error;
    session = opened.session;
  });
  afterAll(() => session.close());

  const echoed = async (args: readonly string[]): Promise<Buffer> => {
    const outcome = await session.call({ program: ECHO, args, output: 'raw' });
    if (outcome.kind !== 'exited' || outcome.code !== 0) throw new Error(JSON.stringify(outcome));
    return encodeText(outcome.stdout);
  };
  const wanted = (args: readonly string[]) => encodeText(args.map((arg) => `${arg}\0`).join(''));

  test('each nasty one arrives byte by byte', async () => {
    for (const word of NASTY) expect(await echoed([word])).toEqual(wanted([word]));
  });

  test('any of them arrive byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (args) => {
        expect((await echoed(args)).equals(wanted(args))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('the comparison sees a byte that is missing', async () => {
    expect((await echoed(['a\nb'])).equals(wanted(['ab']))).toBe(false);
  });

  test('an argument that no shell can hold is refused before it is sent', async () => {
    await expect(session.call({ program: ECHO, args: ['a\0b'], output: 'raw' })).rejects.toThrow('NUL');
    expect(await echoed(['still here'])).toEqual(wanted(['still here']));
  });
});
