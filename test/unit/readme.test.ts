import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT_CODES } from '../../src/core/exit-codes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Commands as a reader would type them: lines of code blocks, without what is said behind #. */
const TYPED = README.split('\n')
  .filter((line) => line.startsWith('npx unbusy '))
  .map((line) =>
    line
      .replace(/\s+#.*$/, '')
      .split(' ')
      .slice(2),
  );

describe('the README', () => {
  it.each(TYPED)('has a command that can be typed: %s %s %s %s', (...words) => {
    const [name, ...rest] = words.filter((word): word is string => typeof word === 'string');
    const spec = COMMANDS.find((each) => each.name === name);
    const flags = spec?.options.flatMap((option) => [`--${option.name}`, `-${option.short}`]) ?? [];
    for (const word of rest) if (word.startsWith('-')) expect(flags).toContain(word);
    if (flags.includes('--inventory')) expect(rest).toContain('-i');
    for (const word of rest.filter((each) => each.startsWith('playbooks/'))) {
      expect(existsSync(join(ROOT, word))).toBe(true);
      if (/^ {2}become: true$/m.test(readFileSync(join(ROOT, word), 'utf8'))) expect(rest).not.toContain('-b');
    }
  });

  it('shows how to scan, to ask why, and to run', () => {
    expect(TYPED.map(([name]) => name)).toEqual(expect.arrayContaining(['scan', 'why', 'run']));
  });

  it('has every exit code in its table', () => {
    const table = README.split('\n')
      .filter((line) => /^\| (exit|\d)/.test(line))
      .join('\n');
    for (const code of Object.keys(EXIT_CODES)) expect(table).toMatch(new RegExp(`(\\| |, )${code}( |,)`));
  });
});
