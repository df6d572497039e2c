import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../src');

const TEXTS = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.sh'))
  .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));

const FUNCTIONS = new Set(
  TEXTS.flatMap(({ text }) => [...text.matchAll(/^(\w+)\(\) [{(]/gm)].map((match) => match[1])),
);

/** Lines that start a function in the background with files of its own; "$@" may be one. */
function startsWithFiles(text: string): readonly string[] {
  return text.split('\n').filter((line) => {
    const [, word = ''] = /^\s*("\$@"|\w+)[ <>].*[<>].* &$/.exec(line) ?? [];
    return word === '"$@"' || FUNCTIONS.has(word);
  });
}

it('starts no function with files of its own in the background but in braces', () => {
  // dash and ash keep copies of the files that such a function had before, and whoever reads them waits for it.
  expect(TEXTS.flatMap(({ name, text }) => startsWithFiles(text).map((line) => `${name}: ${line}`))).toEqual([]);
});

it('would see one', () => {
  const seen = [
    '  watch_over 3 </dev/null >/dev/null &',
    '  "$@" >/dev/null 8<"$x" &',
    '  { work_on; } >x &',
    '  sleep 3 >x &',
  ];
  expect(startsWithFiles(seen.join('\n'))).toEqual(seen.slice(0, 2));
});
