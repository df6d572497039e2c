import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import type { StopReport } from '../../../src/core/results.ts';
import type { RolloutPlan } from '../../../src/core/rollout.ts';
import { nextLines } from '../../../src/report/next-step.ts';
import { Progress, phaseText } from '../../../src/report/progress.ts';
import { rolloutLines } from '../../../src/report/rollout-lines.ts';
import { createStyle } from '../../../src/report/style.ts';
import { renderSummary, SUMMARY_ROWS } from '../../../src/report/summary.ts';
import { renderWindow, WINDOW_LINES } from '../../../src/report/window.ts';
import { hostResult, mixedFleet, runReport } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: true });
const told = (event: RunEvent, quiet = false) => rolloutLines(event, style, quiet);
const STOP: StopReport = {
  ...{ kind: 'rule', rule: 'failed', tolerated: '1', count: 2, of: 200, hosts: ['cd07', 'cd08'] },
  where: 'play "p", batch 2 of 3',
};
const PLAN: RolloutPlan = {
  play: 0,
  batches: [
    { kind: 'canary', hosts: ['a'], soakMs: 300_000 },
    { kind: 'hosts', hosts: ['b', 'c'], soakMs: 0 },
    { kind: 'unknown', hosts: ['d'], soakMs: 300_000 },
  ],
  likenesses: [{ signature: 'docker 26, overlay2', canary: 'a', hosts: ['a', 'b', 'c'] }],
  unlike: [{ host: 'd', why: 'E_CONNECT_TCP: refused' }],
};

describe('a rollout in lines', () => {
  it('tells its steps, whom each canary stands for, and who comes last and why', () => {
    expect(told({ kind: 'rollout', plan: PLAN })).toEqual([
      '3 batches: 1 as canaries, soak 5m00s, 2, 1 of unknown signature',
      '  canary a stands for 3 hosts: docker 26, overlay2',
      'd  its signature is unknown, so it comes last: E_CONNECT_TCP: refused',
    ]);
    const single = told({ kind: 'rollout', plan: { ...PLAN, batches: PLAN.batches.slice(1, 2) } });
    expect(single[0]).toBe('1 batch: 2');
    expect(told({ kind: 'soak-start', ms: 250_000, next: 'play "p", batch 2 of 3' })).toEqual([
      'Soaking 4m10s before play "p", batch 2 of 3; ^C stops here.',
    ]);
  });

  it('tells only what went wrong where it is to be quiet', () => {
    expect(told({ kind: 'rollout', plan: PLAN }, true)).toHaveLength(1);
    expect(told({ kind: 'soak-start', ms: 1000, next: '' }, true)).toEqual([]);
    expect(told({ kind: 'stopped', stop: STOP }, true)).toEqual([
      'Stopped: 2 of 200 hosts failed (cd[07,08]), and the stop rule tolerates 1; in play "p", batch 2 of 3. Hosts at work go on; no further one is begun.',
    ]);
  });
});

describe('the recap of a run that stopped', () => {
  it('says which rule struck with which counts, and how to go on', () => {
    const hosts = [hostResult('a', 'changed'), hostResult('b', 'failed'), hostResult('c', 'not-reached')];
    const report = runReport([{ ...hosts[0], earlier: true } as (typeof hosts)[0], ...hosts.slice(1)], {
      stopped: STOP,
    });
    const options = { style, columns: 120, again: () => 'unbusy run', resume: 'unbusy resume 7f3a1c' };
    const text = renderSummary(report, options).join('\n');
    expect(text).toContain(
      '  stopped: 2 of 200 hosts failed (cd[07,08]), and the stop rule tolerates 1; in play "p", batch 2',
    );
    expect(text).toContain('  1 host ended well before this resume, not touched again');
    expect(text).toContain(
      'once what stopped it is mended (what ended well is not touched again):\n    unbusy resume 7f3a1c',
    );
  });

  it('fits the smallest terminal, also for a large fleet', () => {
    const report = runReport(mixedFleet(2000), { stopped: STOP });
    expect(renderSummary(report, { style, columns: 80, resume: 'unbusy resume 7f3a1c' }).length).toBeLessThanOrEqual(
      SUMMARY_ROWS,
    );
  });

  it('names resume only where something was left out, and this run is recorded', () => {
    const failed = runReport([hostResult('a', 'changed'), hostResult('b', 'failed')]);
    const again = () => 'unbusy run p.yml';
    expect(nextLines(failed, again, 'unbusy resume 7f3a1c').at(-1)).toBe('    unbusy run p.yml');
    const stopped = { ...failed, stopped: STOP };
    expect(nextLines(stopped, again, 'unbusy resume 7f3a1c').at(-1)).toBe('    unbusy resume 7f3a1c');
    expect(nextLines(stopped, again).at(-1)).toBe('    unbusy run p.yml');
  });
});

describe('the window of a rollout', () => {
  it('counts a soak down, and stays as small as it was', () => {
    const progress = new Progress();
    const names = Array.from({ length: 20 }, (_, index) => `h${index}`);
    progress.apply({ kind: 'run-start', playbook: 'p', mode: 'run', hosts: names, tasks: [] }, 0);
    for (const host of names) progress.apply({ kind: 'host-start', host }, 0);
    progress.apply({ kind: 'host-end', result: hostResult('h0', 'failed') }, 0);
    expect(renderWindow(progress, 0, 80, style)).toHaveLength(7);
    progress.apply({ kind: 'soak-start', ms: 250_000, next: 'x' }, 1000);
    const lines = renderWindow(progress, 11_000, 80, style);
    expect(lines).toContain('  soaking 4m00s, ^C to stop');
    expect(lines.length).toBeLessThanOrEqual(WINDOW_LINES);
    progress.apply({ kind: 'soak-end' }, 12_000);
    expect(progress.phase).toBeUndefined();
    expect(phaseText({ text: 'soaking', untilMs: 5 }, 10)).toBe('soaking 0ms, ^C to stop');
  });
});
