import { describe, expect, it } from 'vitest';
import { Redaction } from '../../../src/cli/redaction.ts';
import { guardSecrets } from '../../../src/cli/run-secrets.ts';
import { holdsSecret, secretsIn } from '../../../src/cli/secret-names.ts';
import type { Selection } from '../../../src/cli/selection.ts';
import { fakeIo } from '../../support/cli-io.ts';

describe('a redaction', () => {
  it('hides secrets by their value wherever they stand, and nothing else', () => {
    const redaction = new Redaction();
    const value = { a: ['x hunter22 y', 7, null, true], 'b hunter22': 'hunter2' };
    expect(redaction.hide(value)).toBe(value);
    redaction.add('hunter22');
    redaction.add(undefined);
    redaction.add('y');
    expect(redaction.hide(value)).toEqual({ a: ['x [hidden] y', 7, null, true], 'b hunter22': 'hunter2' });
  });
});

describe('what looks like a secret', () => {
  it('is told by its name, also deep inside, and found by its value', () => {
    const db = { user: 'ops', auth: { password: 'deep-one' }, hosts: ['a'] };
    expect(secretsIn('db', db)).toEqual(['deep-one']);
    expect(secretsIn('api_keys', { one: 'first', two: ['second'] })).toEqual(['first', 'second']);
    expect(secretsIn('pass', 123456)).toEqual(['123456']);
    expect([holdsSecret('db', db), holdsSecret('user', 'ops'), holdsSecret('token', true)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is gathered from -e, the inventory, the environment, and from what is typed', async () => {
    const host = { name: 'a', groups: [], target: { name: 'a' }, vars: { db_password: 'from-inventory' }, origin: {} };
    const selection = {
      extraVars: { vars: { token: 'from-options', size: 'large' }, origin: {} },
      inventory: { source: '', hosts: new Map([['a', host]]), groups: new Map() },
    } as unknown as Selection;
    const world = fakeIo({ becomePassword: 'from-environment', askHidden: async () => 'from-terminal' });
    const { io, redaction } = guardSecrets(world, selection);
    const text = 'from-options from-inventory from-environment from-terminal large';
    expect(redaction.hide(text)).toBe('[hidden] [hidden] [hidden] from-terminal large');
    expect(await io.askHidden?.('? ')).toBe('from-terminal');
    expect(redaction.hide(text)).toBe('[hidden] [hidden] [hidden] [hidden] large');
  });
});
