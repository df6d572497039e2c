import { describe, expect, it } from 'vitest';
import { splayOf } from '../../../../src/cli/schedule/splay.ts';

const schedule = (playbook: string) => ({ playbook, inventory: ['/hosts.yml'], rest: [] });

describe('the splay', () => {
  it('is always the same for one control host and playbook', () => {
    const first = splayOf(900_000, 'control1', schedule('/sweep.yml'));
    expect(splayOf(900_000, 'control1', schedule('/sweep.yml'))).toBe(first);
    expect(splayOf(0, 'control1', schedule('/sweep.yml'))).toBe(0);
  });

  it('spreads hosts and playbooks over the whole time, and never beyond it', () => {
    const delays = Array.from({ length: 400 }, (_, at) =>
      splayOf(1000, `control${at % 20}`, schedule(`/p${Math.floor(at / 20)}.yml`)),
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1000);
    for (const from of [0, 250, 500, 750])
      expect(delays.filter((ms) => ms >= from && ms < from + 250).length).toBeGreaterThan(50);
  });
});
