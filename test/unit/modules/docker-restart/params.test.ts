import { describe, expect, it } from 'vitest';
import { dockerRestartParams, inWindow, withinSeconds } from '../../../../src/modules/docker-restart/params.ts';

const at = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

describe('the window of a restart', () => {
  it.each([
    ['02:00-04:00', '02:00', true],
    ['02:00-04:00', '03:59', true],
    ['02:00-04:00', '04:00', false],
    ['02:00-04:00', '01:59', false],
    ['22:30-04:00', '22:30', true],
    ['22:30-04:00', '23:59', true],
    ['22:30-04:00', '00:00', true],
    ['22:30-04:00', '03:59', true],
    ['22:30-04:00', '04:00', false],
    ['22:30-04:00', '12:00', false],
    ['22:30-00:00', '23:59', true],
    ['22:30-00:00', '00:00', false],
    ['00:00-23:59', '23:59', false],
  ])('%s at %s: %s', (window, time, expected) => {
    expect(inWindow(at(time), window)).toBe(expected);
  });

  it.each(['2:00-4:00', '02:00-24:00', '02:00', '02:60-03:00', '02:00-02:00', ''])('refuses %j', (window) => {
    expect(dockerRestartParams.safeParse({ policy: 'window', window }).success).toBe(false);
    expect(dockerRestartParams.safeParse({ policy: 'window', window: '02:00-03:00' }).success).toBe(true);
  });

  it('is needed where the policy asks for it, and may stand beside another', () => {
    expect(dockerRestartParams.safeParse({ policy: 'window' }).success).toBe(false);
    expect(dockerRestartParams.safeParse({ policy: 'now', window: '02:00-03:00' }).success).toBe(true);
  });
});

describe('confirm_within', () => {
  it.each([
    ['30s', 30],
    ['2m', 120],
    [90, 90],
    ['1h', 3600],
  ])('takes %j', (confirm_within, seconds) => {
    expect(withinSeconds(dockerRestartParams.parse({ confirm_within }))).toBe(seconds);
  });

  it.each(['29s', '61m', 'soon', -1])('refuses %j', (confirm_within) => {
    expect(dockerRestartParams.safeParse({ confirm_within }).success).toBe(false);
  });
});
