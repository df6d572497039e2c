import { describe, expect, it } from 'vitest';
import { jsonListener } from '../../../src/report/json.ts';
import { jsonlListener } from '../../../src/report/jsonl.ts';
import { change, eventsOf, hostResult, mixedFleet, runReport, taskResult } from '../../support/events.ts';

const clock = { now: () => 0, sleep: async () => undefined };

function linesOf(report: ReturnType<typeof runReport>) {
  let text = '';
  const listener = jsonlListener((more) => {
    text += more;
  }, clock);
  for (const event of eventsOf(report)) listener.handle(event);
  return text.split('\n').slice(0, -1);
}

describe('JSON lines', () => {
  it('keep their shape', () => {
    const lines = linesOf(runReport([hostResult('a', 'changed')])).map((line) => JSON.parse(line));
    expect(lines.map((line) => Object.keys(line).join(' '))).toEqual([
      'schema seq time kind playbook mode hosts tasks',
      'schema seq time kind host',
      'schema seq time kind host transport tookMs',
      'schema seq time kind host task',
      'schema seq time kind host task title',
      'schema seq time kind result',
      'schema seq time kind result',
      'schema seq time kind report',
    ]);
    expect(new Set(lines.map((line) => line.schema))).toEqual(new Set(['unbusy/event/1']));
    expect(lines[5].result.changes[0].outcome).toBe('changed');
    expect(lines[6].result).toEqual({ host: 'a', status: 'changed', durationMs: 50, taskCount: 1 });
    expect(lines[7].report).toMatchObject({ hostCount: 1, counts: { changed: 1 }, exitCode: 0 });
  });

  it('number themselves without a gap and keep the order of each host', () => {
    const lines = linesOf(runReport(mixedFleet(50))).map((line) => JSON.parse(line));
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index));
    const kinds = lines.filter((line) => (line.host ?? line.result?.host) === 'cd01').map((line) => line.kind);
    expect(kinds).toEqual(['host-start', 'host-connected', 'task-start', 'change-start', 'task-end', 'host-end']);
  });
});

describe('JSON', () => {
  it('is the report, one object, written once', () => {
    const report = runReport(mixedFleet(3));
    const written: string[] = [];
    const listener = jsonListener((text) => written.push(text));
    for (const event of eventsOf(report)) listener.handle(event);
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toEqual(report);
  });
});

describe('diffs of files, which may hold secrets', () => {
  const SECRET = '-password=old\n+password=new\n';
  const tasks = [taskResult('a', 'changed', { changes: [change('changed', { diff: SECRET })] })];
  const report = runReport([{ ...hostResult('a', 'changed'), tasks }]);
  const written = (diffs?: boolean) => {
    const texts = { json: '', jsonl: '' };
    const listeners = [
      jsonListener((text) => (texts.json += text), diffs),
      jsonlListener((text) => (texts.jsonl += text), clock, diffs),
    ];
    for (const event of eventsOf(report)) for (const listener of listeners) listener.handle(event);
    return texts;
  };

  it('are in no JSON by default, and the rest of the change is', () => {
    for (const text of Object.values(written())) {
      expect(text).not.toContain('password');
      expect(text).toContain('its container is dead');
    }
  });

  it('are there if they are asked for', () => {
    expect(JSON.parse(written(true).json)).toEqual(report);
    expect(written(true).jsonl).toContain('password=new');
  });
});
