import { describe, expect, it } from 'vitest';
import { type DoctorHost, renderChecks, renderDoctorHosts } from '../../../src/report/doctor-view.ts';
import { createStyle } from '../../../src/report/style.ts';

const style = createStyle({ color: false, unicode: false });
const host = (name: string, more: Partial<DoctorHost> = {}): DoctorHost => ({
  ...{ host: name, target: `ops@${name}:22`, jumps: [], transport: 'ssh', why: 'nothing here needs OpenSSH' },
  ...{ keys: ['/k'], keysNotOffered: [], hostKeys: 'strict', inKnownHosts: true },
  reached: { tookMs: 12, kernel: '6.1', uid: 0 },
  ...more,
});
const down = (name: string) => {
  const { reached: _, ...rest } = host(name, { error: { code: 'E_AUTH', message: 'refused', hint: 'Add the key.' } });
  return rest;
};
const many = (bad: number) => Array.from({ length: 40 }, (_, at) => (at < bad ? down(`h${at}`) : host(`h${at}`)));

describe('what the doctor says of this side', () => {
  it('is a line a check, with what to do below those that are not well', () => {
    const lines = renderChecks(
      [
        { name: 'ssh', status: 'ok', text: '/usr/bin/ssh', hint: 'never told' },
        { name: 'metrics', status: 'fail', text: 'no folder', hint: 'Make it.' },
      ],
      style,
      80,
    );
    expect(lines).toEqual(['+ ssh      /usr/bin/ssh', 'x metrics  no folder', '    -> Make it.']);
  });
});

describe('what the doctor says of hosts', () => {
  it('is how each of a small fleet is reached, and why it is not', () => {
    const lines = renderDoctorHosts([host('a', { jumps: ['j@gate'], become: 'sudo' }), down('b')], style, 200, 'small');
    expect(lines.join('\n')).toMatch(
      /^a {5}ops@a:22 via j@gate {2}ssh \(nothing .*\) {2}sudo {4}\+ 12ms, Linux 6\.1, uid 0$/m,
    );
    expect(lines.join('\n')).toContain('E_AUTH: refused\n  -> Add the key.');
    expect(lines.at(-1)).toBe('1 of 2 hosts reached. Nothing was changed.');
    expect(lines.join()).not.toContain('keys: ');
  });

  it('is the keys too, if asked for', () => {
    const lines = renderDoctorHosts([host('a', { keysNotOffered: ['/x (encrypted)'] })], style, 200, 'facts');
    expect(lines).toContain('  keys: /k');
    expect(lines).toContain('  keys left aside: /x (encrypted)');
    expect(lines).toContain('  host key: in known_hosts, unknown ones refused');
  });

  it('fits a screen for a large fleet, whose troubles are all counted', () => {
    for (const bad of [0, 3, 30]) {
      const lines = renderDoctorHosts(many(bad), style, 120, 'small');
      expect(lines.length).toBeLessThanOrEqual(30);
      const told = lines.filter((line) => line.includes('x not reached')).length;
      expect(told + Number(/and (\d+) more/.exec(lines.join('\n'))?.[1] ?? 0)).toBe(bad);
      expect(lines.at(-1)).toBe(`${40 - bad} of 40 hosts reached. Nothing was changed.`);
    }
    expect(renderDoctorHosts(many(30), style, 120, 'facts').length).toBeGreaterThan(40);
  });

  it('is only the trouble where the rest is not asked for', () => {
    expect(renderDoctorHosts([host('a'), host('b')], style, 120, 'trouble')).toEqual([
      '+ 2 hosts reached: a,b',
      '2 of 2 hosts reached. Nothing was changed.',
    ]);
  });
});
