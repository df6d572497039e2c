import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/core/display-width.ts';
import { Progress } from '../../../src/report/progress.ts';
import { createStyle } from '../../../src/report/style.ts';
import { renderWindow, WINDOW_LINES } from '../../../src/report/window.ts';
import { hostEvents, hostResult, SWEEP } from '../../support/events.ts';

const plain = createStyle({ color: false, unicode: false });

/** Where a run stands with so many hosts finished and so many at work, the first of which began first. */
function standing(total: number, finished: number, busy: number): Progress {
  const progress = new Progress();
  const hosts = Array.from({ length: total }, (_, index) => `cd${index}`);
  progress.apply({ kind: 'run-start', playbook: 'p/sweep-dead.yml', mode: 'check', hosts, tasks: [SWEEP] }, 0);
  for (const host of hosts.slice(0, finished)) {
    for (const event of hostEvents(hostResult(host, 'ok'))) progress.apply(event, 1);
  }
  for (const [index, host] of hosts.slice(finished, finished + busy).entries()) {
    progress.apply({ kind: 'host-start', host }, 1000 * (index + 1));
    progress.apply({ kind: 'change-start', host, task: SWEEP, title: `unmount /very/long/${'x'.repeat(200)}` }, 2000);
  }
  return progress;
}

describe('the window', () => {
  it.each([20, 40, 80, 200])('fits %i columns, whatever happens', (columns) => {
    for (const style of [plain, createStyle({ color: true, unicode: true })]) {
      for (const progress of [standing(0, 0, 0), standing(3, 1, 2), standing(2000, 700, 50)]) {
        const lines = renderWindow(progress, 100_000, columns, style);
        expect(lines.length).toBeLessThanOrEqual(WINDOW_LINES);
        for (const line of lines) expect(displayWidth(stripVTControlCharacters(line))).toBeLessThan(columns + 1);
      }
    }
  });

  it('counts, and names the slowest with age and what they wait for', () => {
    const lines = renderWindow(standing(2000, 700, 50), 61_000, 80, plain);
    expect(lines[0]).toMatch(/^sweep-dead\.yml \(check\) #+-+ 700\/2000 {2}1m01s$/);
    expect(lines[1]).toBe('  + ok 700  not started 1250');
    expect(lines[2]).toMatch(/^ {2}cd700 {2}1m00s {2}unmount \/very\/long\/x+~ \(for 59\.0s\)$/);
    expect(lines.at(-1)).toBe('  and 46 more at work, each for less time');
  });

  it('says how long a step takes only when it is long', () => {
    expect(renderWindow(standing(3, 1, 1), 3000, 80, plain)[2]).not.toContain('(for');
  });

  it('forgets a host that has ended', () => {
    const progress = standing(3, 0, 1);
    progress.apply({ kind: 'host-end', result: hostResult('cd0', 'failed') }, 3000);
    const text = renderWindow(progress, 4000, 80, plain).join('\n');
    expect(text).toContain('x failed 1  not started 2');
    expect(text).not.toContain('cd0');
  });
});
