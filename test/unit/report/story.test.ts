import { describe, expect, it } from 'vitest';
import type { HostResult } from '../../../src/core/results.ts';
import { isToldWhole, Story, type Verbosity } from '../../../src/report/story.ts';
import { createStyle } from '../../../src/report/style.ts';
import { change, eventsOf, hostResult, mixedFleet, runReport, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: false });

function tell(hosts: readonly HostResult[], verbosity: Verbosity = 0, mode: 'run' | 'check' = 'run'): string[] {
  const story = new Story(style, verbosity);
  return [...eventsOf(runReport(hosts, { mode }))].flatMap((event) => story.lines(event));
}

describe('the story', () => {
  it('of few hosts is whole, and says what was verified', () => {
    expect(tell([hostResult('a', 'changed'), hostResult('b', 'ok')])).toEqual([
      'a  * changed  1 change, looked again and seen',
      '    * unmount /var/lib/docker/overlay2/d2b5b78/merged in cadvisor: changed, looked again and seen',
      'b  + ok  nothing to do',
    ]);
  });

  it('never calls a change done that was not seen', () => {
    const outcomes = [
      'planned',
      'pending',
      'no-change',
      'stale',
      'busy',
      'denied',
      'failed',
      'unknown',
      'not-tried',
    ] as const;
    for (const outcome of outcomes) {
      const tasks = [taskResult('a', 'failed', { changes: [change(outcome)] })];
      const lines = tell([{ ...hostResult('a', 'failed'), tasks }]);
      expect(lines.join('\n')).toContain('unmount /var');
      expect(lines.join('\n')).not.toContain('changed, looked again');
    }
  });

  it('says in a run what a policy put off, and why', () => {
    const changes = [change('changed'), change('pending', { id: 'c2', note: 'the window opens at 02:00' })];
    const tasks = [taskResult('a', 'would-change', { changes })];
    const lines = tell([{ ...hostResult('a', 'would-change'), tasks }]);
    expect(lines[0]).toBe('a  o would-change  1 change pending, not done by this run; 1 change done');
    expect(lines[2]).toContain('pending, not done by this run (the window opens at 02:00)');
  });

  it('tells a change that only the step itself vouches for from one that was seen', () => {
    const changes = [change('changed', { unseen: true }), change('changed', { id: 'c2' })];
    const tasks = [taskResult('a', 'changed', { changes })];
    const lines = tell([{ ...hostResult('a', 'changed'), tasks }]);
    expect(lines[0]).toBe("a  * changed  1 change, looked again and seen; 1 change by the step's own word");
    expect(lines[1]).toContain('changed by its own word; there is nothing to look at');
    expect(lines[2]).toContain('changed, looked again and seen');
  });

  it('does not call a host done of which something was not seen', () => {
    const tasks = [taskResult('a', 'ok', { gaps: [{ what: 'process 7', why: 'EACCES' }] })];
    expect(tell([{ ...hostResult('a', 'ok'), tasks }])).toEqual(['a  + ok  nothing to do in what could be seen']);
  });

  it('leaves the plan of check mode to the result', () => {
    expect(tell([hostResult('a', 'would-change')], 0, 'check')).toEqual([
      'a  o would-change  1 change pending, nothing was done',
    ]);
  });

  it('tells problems with code and hint, to the quiet too', () => {
    const down = hostResult('a', 'unreachable', { code: 'E_AUTH', message: 'no key fits\nmore', hint: 'Add one.' });
    expect(tell([down, hostResult('b', 'ok')], -1)).toEqual([
      'a  ! unreachable  E_AUTH: no key fits',
      '    -> Add one.',
    ]);
  });

  it('tells a trouble once, with -v too', () => {
    const busy = hostResult('a', 'failed', { code: 'E_BUSY', message: 'held by cadvisor', hint: 'Wait.' });
    for (const verbosity of [-1, 0, 1, 2] as const) {
      const text = tell([busy], verbosity).join('\n');
      expect(text.split('held by cadvisor')).toHaveLength(2);
      expect(text.split('Wait.')).toHaveLength(2);
    }
    const down = hostResult('a', 'unreachable', { code: 'E_AUTH', message: 'no key fits' });
    expect(tell([down], 1).join('\n').split('no key fits')).toHaveLength(2);
  });

  it('says of which hosts it tells everything: those in trouble, of few', () => {
    const busy = hostResult('a', 'failed', { code: 'E_BUSY', message: 'busy' });
    expect([isToldWhole(busy, 10), isToldWhole(busy, 11)]).toEqual([true, false]);
    expect(isToldWhole({ ...busy, earlier: true }, 1)).toBe(false);
    expect(isToldWhole(hostResult('a', 'would-change'), 1)).toBe(false);
  });

  it('of a large fleet names three hosts of a kind, then counts', () => {
    const lines = tell(mixedFleet(2000));
    expect(lines.filter((line) => line.includes('E_CONNECT_TCP: cd'))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('E_CONNECT_TCP: more hosts'))).toHaveLength(1);
    expect(lines.length).toBeLessThan(50);
    expect(lines.join('\n')).not.toContain('nothing to do');
    expect(tell(mixedFleet(2000), 1).length).toBeGreaterThan(2000);
  });

  it('tells tasks with -v, connections with -vv', () => {
    const once = tell([hostResult('a', 'changed')], 1);
    expect(once[0]).toBe('a  sweep dead containers: * changed (40ms)');
    expect(once.filter((line) => line.includes('unmount'))).toHaveLength(1);
    expect(tell([hostResult('a', 'ok')], 2)[0]).toBe('a  connected by ssh in 20ms');
  });

  it('prints nothing of a host raw', () => {
    const bad = hostResult('a\x1b[2J', 'failed', { code: 'E_BUSY', message: '\x1b[31mx', hint: '\x07' });
    expect(tell([bad], 2).join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});
