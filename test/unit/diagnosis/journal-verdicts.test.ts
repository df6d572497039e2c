import { describe, expect, it } from 'vitest';
import type { LogFacts, LogLine } from '../../../src/diagnosis/journal-facts.ts';
import { logFindings, logLinesOf, readSigns } from '../../../src/diagnosis/journal-verdicts.ts';

const ID = 'ab'.repeat(32);
const NOW = Date.UTC(2026, 10, 21, 9);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const CALM = { names: new Map([[ID, 'web']]), stuck: new Set<string>(), tasks: new Set<string>() };
const STUCK = { ...CALM, stuck: new Set([ID]) };

const log = (lines: readonly LogLine[], cut = false): LogFacts => ({ nowMs: NOW, windowMs: DAY, lines, cut });

const killed = (minutesAgo: number): LogLine => ({
  atMs: NOW - minutesAgo * MINUTE,
  from: 'dockerd',
  text: `msg="Container failed to exit within 10s of kill - trying direct SIGKILL" container=${ID}`,
});
const thin = (minutesAgo: number, device = 86): LogLine => ({
  atMs: NOW - minutesAgo * MINUTE,
  from: 'kernel',
  text: `device-mapper: thin: Deletion of thin device ${device} failed.`,
});

describe('what the log says', () => {
  it('is counted, with its rate and its age, and told as what the log says', () => {
    const [finding] = logFindings(log([thin(1), thin(21), thin(41), thin(61)]), CALM);
    expect(finding).toMatchObject({
      kind: 'health',
      severity: 'warning',
      playbook: 'sweep-dead.yml',
      data: { count: 4 },
    });
    expect(finding?.title).toBe(
      'the log says that a thin device could not be deleted: thin device 86 (4 times in 24h00m)',
    );
    expect(finding?.evidence?.[0]).toBe('thin device 86: 4 times in 24h00m, 3.0 an hour, last 1m00s before the look');
  });

  it('is one finding for a sign, whatever it is about', () => {
    const [finding, ...others] = logFindings(log([thin(1, 1), thin(1, 2), thin(2, 3), thin(3, 4), thin(3, 5)]), CALM);
    expect(others).toEqual([]);
    expect(finding?.title).toBe('the log says that a thin device could not be deleted (5 times in 24h00m)');
    expect(finding?.evidence).toContain('and 1 more');
    expect(finding?.data?.subjects).toHaveLength(5);
  });

  it('is at least so much where the log was cut', () => {
    expect(logFindings(log([thin(1)], true), CALM)[0]?.title).toContain('at least once');
  });

  it('is only information once it has stopped', () => {
    expect(logFindings(log([thin(9)]), CALM)[0]?.severity).toBe('warning');
    const [past] = logFindings(log([thin(11)]), CALM);
    expect(past?.severity).toBe('info');
    expect(past?.title).toContain('not lately');
  });

  it('of a container that did not end is told by the verdict about its task in state D, and is history without one', () => {
    const lines = [killed(1), killed(2)];
    expect(logFindings(log(lines), CALM)).toMatchObject([{ severity: 'info', containerId: ID, containerName: 'web' }]);
    expect(logFindings(log(lines), STUCK)).toEqual([]);
    expect(logFindings(log([thin(1), ...lines]), STUCK)).toHaveLength(1);
  });

  it('of a task that is in state D now is told by the verdict about it', () => {
    const hung = { ...thin(1), text: 'INFO: task sh:298 blocked for more than 120 seconds.' };
    expect(logFindings(log([hung]), CALM)).toMatchObject([{ id: 'log:hung-task', severity: 'warning' }]);
    expect(logFindings(log([hung]), { ...CALM, tasks: new Set(['sh:298']) })).toEqual([]);
  });

  it('has no rate where all came at once', () => {
    const burst = [0, 1, 2, 3].map((at) => ({ ...thin(1), atMs: NOW - MINUTE + at * 1000 }));
    expect(logFindings(log(burst), CALM)[0]?.evidence?.[0]).not.toContain('an hour');
  });

  it('stands with the verdict about its container, also where it has only the first digits of the id', () => {
    const facts = log([killed(1), { ...killed(2), text: killed(2).text.replace(ID, ID.slice(0, 12)) }]);
    const lines = logLinesOf(readSigns(facts), facts, ID);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^the log says that a container did not end within seconds after SIGKILL: once in 24h00m, last/,
    );
    expect(logLinesOf(readSigns(facts), facts, 'cd'.repeat(32))).toEqual([]);
  });

  const LAYER = '/var/lib/docker/overlay2/x';
  const busy = (secondsAgo: number, id?: string, layer = LAYER): LogLine => ({
    ...{ atMs: NOW - secondsAgo * 1000, from: 'dockerd' },
    text:
      id === undefined
        ? `level=error msg="unlinkat ${layer}/merged: device or resource busy"`
        : `container ${id}: driver \\"overlay2\\" failed to remove root filesystem: unlinkat ${layer}/merged: device or resource busy`,
  });

  it('of a removal is in the past tense once Docker has no such container, and a warning for one that it has', () => {
    const other = 'cd'.repeat(32);
    const lines = [busy(60, ID), busy(120, other)];
    const gone = new Set([ID]);
    expect(logFindings(log(lines), CALM)).toMatchObject([{ severity: 'warning', data: { count: 2 } }]);
    const [still, past] = logFindings(log(lines), { ...CALM, gone });
    expect(still).toMatchObject({
      severity: 'warning',
      data: { subjects: [`container ${other}`] },
    });
    expect(past).toMatchObject({ severity: 'info', id: 'log:remove-busy:over' });
    expect(past?.title).toBe(
      'container web was held while it was removed, until 08:59 UTC; it is gone (once in 24h00m)',
    );
    expect(past?.cause).not.toBe(still?.cause);
    expect(past?.playbook).toBeUndefined();
    const [both] = logFindings(log([...lines, busy(86_000, other)]), { ...CALM, gone: new Set([ID, other]) });
    expect(both?.title).toMatch(/^2 containers: each was held .*, until 08:59 UTC; all are gone \(3 times/);
    expect(logFindings(log([busy(86_000, ID)]), { ...CALM, gone })[0]?.title).toContain('until 2026-11-20 09:06 UTC');
  });

  it('counts a failure once that is written with its container and without', () => {
    const failures = [3, 2, 1].flatMap((at) => [busy(at * 60, ID), busy(at * 60 + 0.1)]);
    const [finding, ...others] = logFindings(log(failures), CALM);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ containerName: 'web', data: { count: 3, subjects: [`container ${ID}`] } });
    const countOf = (...lines: readonly LogLine[]) => logFindings(log(lines), CALM)[0]?.data?.count;
    // Another layer, another time, or no container at all: another failure.
    expect(countOf(busy(60, ID), busy(60, undefined, '/y'))).toBe(2);
    expect(countOf(busy(60, ID), busy(70))).toBe(2);
    expect(countOf(busy(60), busy(60))).toBe(2);
    const bare = { ...busy(60), text: 'failed to remove root filesystem' };
    expect(countOf(bare, busy(60, ID))).toBe(1);
    expect(countOf(bare, busy(60, undefined, '/y'), busy(60, ID))).toBe(3);
  });

  it('is made safe to print', () => {
    const text = 'device-mapper: thin: Deletion of thin device 86 failed. \u001b[2J';
    expect(logFindings(log([{ ...thin(1), text }]), CALM)[0]?.evidence?.join()).not.toContain('\u001b');
  });
});
