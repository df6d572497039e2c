import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../src/connection/session.ts';
import { assertModule } from '../../../../src/modules/assert/index.ts';
import { conditionOf } from '../../../support/condition-of.ts';

/** Assertions never touch the host: any use of this session fails. */
const NO_HOST = {} as Session;

const observe = (...that: readonly string[]) =>
  assertModule.observe(NO_HOST, { that: that.map((text) => conditionOf(text, { n: 3, doubt: undefined })) });

describe('assert', () => {
  it('holds if every condition holds', async () => {
    expect(await observe('n == 3', 'n < 4')).toMatchObject({ kind: 'known', state: { held: ['n == 3', 'n < 4'] } });
    const single = { that: conditionOf('1 < 2') };
    expect(await assertModule.observe(NO_HOST, single)).toMatchObject({ kind: 'known' });
  });

  it('names what does not hold, before what it cannot tell', async () => {
    const seen = await observe('doubt == 1', 'n == 4', 'n == 3');
    expect(seen).toMatchObject({ kind: 'unknown', error: { code: 'E_ASSERT', message: 'does not hold: n == 4' } });
  });

  it('is unknown, not false, where a value is not known', async () => {
    const seen = await observe('n == 3', 'doubt == 1');
    expect(seen).toMatchObject({ kind: 'unknown', error: { code: 'E_UNKNOWN' } });
  });

  it('says the message of the playbook beside the condition', async () => {
    const params = { that: [conditionOf('1 > 2')], message: 'numbers are broken' };
    const seen = await assertModule.observe(NO_HOST, params);
    expect(seen).toMatchObject({ error: { message: 'numbers are broken (does not hold: 1 > 2)' } });
  });

  it('takes a text or a list of texts, and nothing empty', () => {
    const accepts = (that: unknown) => assertModule.params.safeParse({ that }).success;
    expect(['a == 1', ['a == 1', 'b'], true].map(accepts)).toEqual([true, true, true]);
    expect([[], 5, null, { a: 1 }].map(accepts)).toEqual([false, false, false, false]);
    expect(assertModule.params.safeParse({ that: 'a', msg: 'x' }).success).toBe(false);
  });
});
