import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { liveListener } from '../../../src/report/live.ts';
import { createStyle } from '../../../src/report/style.ts';
import { WINDOW_LINES } from '../../../src/report/window.ts';
import { eventsOf, mixedFleet, runReport } from '../../support/events.ts';

const style = createStyle({ color: true, unicode: true });

describe('the live view', () => {
  it('draws one small window, leaves the problems, takes itself away, and touches no signal', async () => {
    const writes: string[] = [];
    const before = process.listenerCount('SIGINT');
    const listener = liveListener({
      write: (text) => writes.push(text),
      columns: () => 80,
      style,
      clock: systemClock,
      verbosity: 0,
    });
    const [first, ...rest] = eventsOf(runReport(mixedFleet(2000)));
    if (first !== undefined) listener.handle(first);
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.listenerCount('SIGINT')).toBe(before);
    expect(writes.join('')).toContain('0/2000');
    for (const event of rest) listener.handle(event);
    await listener.close();
    const text = writes.join('');
    expect(writes.length).toBeLessThan(20);
    expect(stripVTControlCharacters(text)).toContain('unreachable  E_CONNECT_TCP: cd0004:22');
    for (const [, up] of text.matchAll(/\x1b\[(\d+)F/g)) expect(Number(up)).toBeLessThanOrEqual(WINDOW_LINES);
    expect(text.endsWith('\x1b[J')).toBe(true);
    await listener.close();
  });
});
