import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_FILE, EventFile } from '../../../src/journal/event-file.ts';
import { readRunState } from '../../../src/journal/read-events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, EVENT_FILE);
const start = { kind: 'run-start', hosts: ['a', 'b', 'c'] };
const end = (host: string, status: string) => ({ kind: 'host-end', result: { host, status, durationMs: 1 } });
const statuses = () =>
  Object.fromEntries([...readRunState(folder).results].map(([host, { status }]) => [host, status]));

/** Appends these events as one part of a run. */
function write(...events: readonly object[]): void {
  const file = new EventFile(folder, () => expect.unreachable());
  for (const event of events) file.append(`${JSON.stringify(event)}\n`);
  file.sync();
  file.close();
}

describe('the events of a run', () => {
  it('tell how each host ended last', () => {
    write(start, end('a', 'changed'), end('b', 'failed'), { kind: 'run-end', report: {} });
    expect(readRunState(folder)).toMatchObject({ hosts: ['a', 'b', 'c'], ended: true, damaged: 0 });
    write(start, end('b', 'ok'));
    expect(statuses()).toEqual({ a: 'changed', b: 'ok' });
    expect(readRunState(folder).ended).toBe(false);
  });

  it('are in the file before the next turn of the event loop, and at once if the process ends in this one', async () => {
    const before = process.listeners('exit');
    const file = new EventFile(folder, () => expect.unreachable());
    const [atExit, ...others] = process.listeners('exit').filter((each) => !before.includes(each));
    expect(others).toEqual([]);
    file.append('one\n');
    file.append('two\n');
    expect(readFileSync(path(), 'utf8')).toBe('');
    await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(path(), 'utf8')).toBe('one\ntwo\n');
    file.append('three\n');
    atExit?.(0);
    expect(readFileSync(path(), 'utf8')).toBe('one\ntwo\nthree\n');
    file.close();
    expect(process.listeners('exit')).toEqual(before);
  });

  it('forget a host that was lost after it had ended well', () => {
    write(start, end('a', 'changed'), { kind: 'host-lost', host: 'a', error: {} });
    expect(statuses()).toEqual({});
  });

  it('are read around a torn line, whose host did not end; the next part begins on a line of its own', () => {
    write(start, end('a', 'changed'));
    appendFileSync(path(), JSON.stringify(end('b', 'changed')).slice(0, -3));
    expect(statuses()).toEqual({ a: 'changed' });
    write(end('c', 'ok'));
    expect(statuses()).toEqual({ a: 'changed', c: 'ok' });
    expect(readRunState(folder).damaged).toBe(1);
    expect(readFileSync(path(), 'utf8').endsWith('\n')).toBe(true);
  });

  it('do not take for an event what is none', () => {
    write(start, { kind: 'host-end' }, { kind: 'host-end', result: { host: 'a' } }, { kind: 'rollout', plan: {} }, {});
    appendFileSync(path(), 'null\n[]\n7\n');
    expect(statuses()).toEqual({});
    expect(readRunState(folder).plans.size).toBe(0);
  });

  it('keep the plan of each play and the last batch that ended', () => {
    const plan = { play: 1, batches: [{ kind: 'hosts', hosts: ['a'], soakMs: 5 }], likenesses: [], unlike: [] };
    write(start, { kind: 'rollout', plan }, { kind: 'batch-end', time: '1970-01-01T00:00:01Z', play: 1, number: 2 });
    const state = readRunState(folder);
    expect([state.plans.get(1), state.lastEnd]).toEqual([plan, { play: 1, number: 2, atMs: 1000 }]);
  });
});

describe('a record that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))('says so once, and lets the run go on', () => {
    symlinkSync('/dev/full', path());
    const said: string[] = [];
    const file = new EventFile(folder, (error) => said.push(String(error.code)));
    for (const text of ['one\n', 'two\n']) file.append(text);
    file.sync();
    file.close();
    expect(said).toEqual(['ENOSPC']);
  });

  it('is no record from the beginning', () => {
    expect(() => new EventFile(join(folder, 'nowhere'), () => undefined)).toThrow(/ENOENT/);
  });
});
