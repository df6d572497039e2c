import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExtraVars } from '../../../src/config/extra-vars.ts';
import { selectHosts } from '../../../src/config/host-pattern.ts';
import { loadInventory } from '../../../src/config/inventory.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { MistakesError, UnbusyError } from '../../../src/core/errors.ts';
import { formatMistakes } from '../../../src/core/mistake-lines.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

const PLAYBOOK = readFileSync('test/fixtures/config/many-mistakes.yml', 'utf8');
const INVENTORY = readFileSync('inventory/example.yml', 'utf8');
const NASTY = [
  '\0',
  '\x1b[2J',
  '\u202e',
  '{{',
  '}}',
  '"',
  "'",
  '\n',
  '\t',
  ': ',
  '- ',
  '*a',
  '&a',
  '!!x',
  '[',
  '{',
  '|',
  '%',
  '#',
  '\ud800',
  '容',
  '__proto__: ',
  '<<: ',
];

/** The text with a few pieces cut out and nasty ones put in. */
const mangled = (text: string) =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(8), fc.constantFrom(...NASTY)), { maxLength: 4 })
    .map((edits) => edits.reduce((now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut), text));

/** True if it works, or says what is wrong with places and nothing raw. */
function isCalm(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    const mistakes =
      error instanceof MistakesError ? error.mistakes : error instanceof UnbusyError ? [error] : undefined;
    if (mistakes === undefined) throw error;
    expect(mistakes.length).toBeGreaterThan(0);
    expect(mistakes.some(({ code }) => code === 'E_BUG')).toBe(false);
    expect(formatMistakes(mistakes).join('')).not.toMatch(/[\0-\x09\x0b-\x1f\x7f\u202e]/);
    return true;
  }
}

describe('any text at all', { timeout: 60_000 }, () => {
  it('is a playbook or a list of mistakes', () => {
    fc.assert(
      fc.property(mangled(PLAYBOOK), (text) =>
        isCalm(() => loadPlaybook('p.yml', text, MODULE_FACTS, { knownNames: new Set(['b']) })),
      ),
      { numRuns: 100 },
    );
  });

  it('is an inventory or a list of mistakes', () => {
    fc.assert(
      fc.property(mangled(INVENTORY), (text) =>
        isCalm(() => loadInventory('i.yml', { read: () => text, exists: () => false })),
      ),
      { numRuns: 100 },
    );
  });

  it('is a pattern, a list of hosts, a variable, or a mistake', () => {
    const reader = { read: () => INVENTORY, exists: () => false };
    const inventory = loadInventory('i.yml', reader);
    const words = fc.string({
      unit: fc.constantFrom(
        'a',
        'cd',
        '01',
        ':',
        ',',
        '!',
        '&',
        '*',
        '?',
        '[',
        ']',
        '-',
        '@',
        '=',
        "'",
        '"',
        '\\',
        ' ',
        '{',
        '}',
        '~',
        '\0',
      ),
      maxLength: 12,
    });
    const three = (text: string) =>
      isCalm(() => selectHosts(inventory, text)) &&
      isCalm(() => loadInventory(`${text},`, reader)) &&
      isCalm(() => readExtraVars([text], reader));
    fc.assert(fc.property(words, three), { numRuns: 500 });
  });
});
