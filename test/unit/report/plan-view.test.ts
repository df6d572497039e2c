import { describe, expect, it } from 'vitest';
import type { HostResult } from '../../../src/core/results.ts';
import { diffLines } from '../../../src/report/diff-view.ts';
import { eventWithoutDiffs } from '../../../src/report/diffs.ts';
import { unknownKeyLines } from '../../../src/report/host-keys.ts';
import { planLines } from '../../../src/report/plan-view.ts';
import { createStyle } from '../../../src/report/style.ts';
import { change, hostResult, mixedFleet, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: false });

function planned(host: string, extra: Parameters<typeof change>[1] = {}): HostResult {
  const tasks = [taskResult(host, 'would-change', { changes: [change('planned', extra)] })];
  return { ...hostResult(host, 'would-change'), tasks };
}

describe('the plan', () => {
  it('is told once for hosts with the same plan, with why, certainty, risk and blast', () => {
    expect(planLines([planned('a1'), planned('a2'), planned('a3', { blast: ['stops web'] })], style)).toEqual([
      'a[1,2]',
      '  sweep dead containers (dead_containers)',
      '    o unmount /var/lib/docker/overlay2/d2b5b78/merged in cadvisor: would be done, nothing was done [certain, unmount]',
      '      why: its container is dead',
      'a3',
      '  sweep dead containers (dead_containers)',
      '    o unmount /var/lib/docker/overlay2/d2b5b78/merged in cadvisor: would be done, nothing was done [certain, unmount]',
      '      why: its container is dead',
      '      touches: stops web',
    ]);
  });

  it('says what would be refused, and why', () => {
    const refusals = [{ what: 'unmount /x', why: 'it would reach web', hint: 'Stop web first.' }];
    const host = { ...hostResult('a', 'failed'), tasks: [taskResult('a', 'failed', { refusals })] };
    expect(planLines([host, hostResult('b', 'ok')], style)).toEqual([
      'a',
      '  sweep dead containers (dead_containers)',
      '    x unmount /x: would be refused: it would reach web',
      '      -> Stop web first.',
    ]);
  });
});

describe('diffs', () => {
  it('are shown once for hosts with the same diff, coloured by their signs, never raw', () => {
    const diff = '--- a\n+++ b\n@@ -1 +1 @@\n-old\x1b[2J\n+new\n';
    const lines = diffLines([planned('a1', { diff }), planned('a2', { diff }), planned('a3')], style);
    expect(lines.slice(1)).toEqual(['--- a', '+++ b', '@@ -1 +1 @@', '-old\\x1b[2J', '+new', '']);
    expect(lines[0]).toMatch(/^a\[1,2\] .*\(planned\)$/);
    const color = diffLines([planned('a1', { diff })], createStyle({ color: true, unicode: false }));
    expect(color).toContain('\x1b[32m+new\x1b[39m');
  });

  it('are shown of refused steps too, and are in no report that was not asked for them', () => {
    const refusals = [{ what: '/etc/a', why: 'was edited', hint: 'Put it back.', diff: '-old\n' }];
    const host = { ...hostResult('a', 'failed'), tasks: [taskResult('a', 'failed', { refusals })] };
    expect(diffLines([host], style)).toEqual(['a  /etc/a (refused)', '-old', '']);
    const result = { kind: 'host-end', result: host } as const;
    expect(JSON.stringify(result)).toContain('-old');
    expect(JSON.stringify(eventWithoutDiffs(result))).not.toContain('-old');
  });
});

describe('unknown host keys', () => {
  it('are listed together with fingerprints and what to do', () => {
    const lines = unknownKeyLines(mixedFleet(100));
    expect(lines.filter((line) => line.includes('ssh-ed25519 SHA256:cd'))).toHaveLength(3);
    expect(lines.join('\n')).toContain('--host-keys accept-new');
    expect(unknownKeyLines([hostResult('a', 'ok')])).toEqual([]);
  });
});
