import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVersion, vercmp } from '../../../src/core/vercmp.ts';

/** Versions as Docker, kernels and packages write them, oldest first. */
const DOCKER = [
  '1.12.6',
  '1.13.1',
  '17.03.2-ce',
  '17.12.1-ce',
  '18.06.0-ce-rc1',
  '18.06.3-ce',
  '18.09.0',
  '19.03.15',
  '20.10.0-beta1',
  '20.10.24',
  '27.5.1-1~deb',
  '27.5.1-1',
  '29.0.1',
];
const KERNELS = [
  '2.6.32-754.el6.x86_64',
  '3.10.0-327.el7.x86_64',
  '3.10.0-327.36.1.el7.x86_64',
  '3.10.0-1160.el7.x86_64',
  '3.18.0',
  '4.4.0-210-generic',
  '4.18.0-553.el8',
  '5.10.0-28-amd64',
  '6.1.0-31-amd64',
  '6.18.44-fc',
];

const version = fc
  .array(fc.oneof(fc.nat(40).map(String), fc.constantFrom('rc', 'el', 'ce', 'beta', '~', 'fc', 'dev', 'x')), {
    maxLength: 6,
  })
  .chain((parts) => fc.constantFrom('.', '-', '').map((separator) => parts.join(separator)));

describe('vercmp', () => {
  it.each([
    ['Docker', DOCKER],
    ['kernels', KERNELS],
  ] as const)('orders the versions of %s', (_, versions) => {
    for (const [i, older] of versions.entries())
      for (const [j, newer] of versions.entries())
        expect([older, newer, vercmp(older, newer)]).toEqual([older, newer, Math.sign(i - j)]);
  });

  it.each([
    ['17.12.1-ce', '17.12.1'],
    ['18.09.3-ee', '18.09.3'],
    ['v20.10.7', '20.10.7'],
    ['5:27.0.3', '27.0.3'],
    ['20.10.7+dfsg1', '20.10.7'],
    ['3.10', '3.10.0'],
    ['1.09', '1.9'],
  ])('takes %s and %s for the same', (a, b) => {
    expect(vercmp(a, b)).toBe(0);
    expect(vercmp(b, a)).toBe(0);
  });

  it('compares numbers as numbers, also very long ones', () => {
    expect(vercmp('1.10', '1.9')).toBe(1);
    expect(vercmp('1.99999999999999999999', '1.99999999999999999998')).toBe(1);
  });

  it('is antisymmetric', () => {
    fc.assert(
      fc.property(version, version, (a, b) => vercmp(a, b) + vercmp(b, a) === 0),
      { numRuns: 2000 },
    );
  });

  it('is transitive', () => {
    const holds = (a: string, b: string, c: string) => !(vercmp(a, b) <= 0 && vercmp(b, c) <= 0) || vercmp(a, c) <= 0;
    fc.assert(fc.property(version, version, version, holds), { numRuns: 5000 });
  });

  it('knows what cannot be a version', () => {
    expect(isVersion('')).toBe(false);
    expect(isVersion('unknown')).toBe(false);
    expect(isVersion('1')).toBe(true);
  });
});
