import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { plainListener } from '../../../src/report/plain.ts';
import { createStyle } from '../../../src/report/style.ts';
import { eventsOf, hostResult, runReport, SWEEP } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: false });

/** A clock that goes on only when told, and wakes who sleeps. */
class HandClock implements Clock {
  #now = 0;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#sleepers.push({ until: this.#now + ms, wake: resolve });
    });
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ until }) => until <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function listen(verbosity: -1 | 0 = 0) {
  const lines: string[] = [];
  const clock = new HandClock();
  const write = (text: string) => lines.push(text.replace(/^\d\d:\d\d:\d\d /, '').trimEnd());
  return { lines, clock, listener: plainListener({ write, style, clock, verbosity }) };
}

const start: RunEvent = { kind: 'run-start', playbook: 'p.yml', mode: 'check', hosts: ['a', 'b'], tasks: [SWEEP] };

describe('plain lines', () => {
  it('begin with what is run, and say that check changes nothing', () => {
    const { lines, listener } = listen();
    listener.handle(start);
    expect(lines).toEqual(['p.yml: 2 hosts, 1 task, check: nothing will be changed']);
  });

  it('show a heartbeat every thirty seconds that names the slowest host, until the end', async () => {
    const { lines, clock, listener } = listen();
    listener.handle(start);
    listener.handle({ kind: 'host-start', host: 'a' });
    listener.handle({ kind: 'change-start', host: 'a', task: SWEEP, title: 'umount /x' });
    await clock.advance(29_000);
    expect(lines).toHaveLength(1);
    await clock.advance(1000);
    expect(lines[1]).toBe('still at work: 0 of 2 hosts done, at work 1, longest: a 30.0s in umount /x');
    listener.handle({ kind: 'host-end', result: hostResult('a', 'ok') });
    await clock.advance(30_000);
    expect(lines.at(-1)).toBe('still at work: 1 of 2 hosts done, ok 1, at work 0');
    await listener.close();
    await clock.advance(90_000);
    expect(lines).toHaveLength(4);
  });

  it('of a quiet run are its problems only', () => {
    const { lines, listener } = listen(-1);
    for (const event of eventsOf(runReport([hostResult('a', 'ok'), hostResult('b', 'not-reached')]))) {
      listener.handle(event);
    }
    expect(lines).toEqual(['b  . not-reached  was not tried']);
  });
});
