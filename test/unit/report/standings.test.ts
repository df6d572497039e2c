import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/findings.ts';
import type { HostResult, RunReport, TaskResult, TaskStatus } from '../../../src/core/results.ts';
import type { Standing } from '../../../src/core/standing.ts';
import { compareStandings, isToldOf, type NotifyOn, remembered, type Seen } from '../../../src/report/standing-diff.ts';
import { standingsOf, wasSeenWhole } from '../../../src/report/standings.ts';
import { change, hostResult, runReport, taskResult } from '../../support/events.ts';

const leak = (id: string, more: Partial<Finding> = {}): Finding => ({
  ...{ id, kind: 'leak', title: `container ${id} is held`, cause: 'private copy', remedy: 'Sweep.' },
  ...more,
});
const host = (name: string, status: TaskStatus, extra: Partial<TaskResult> = {}): HostResult => ({
  ...hostResult(name, status),
  tasks: [taskResult(name, status, extra)],
});
const down = (name: string, message = `${name}:22 refused`) =>
  hostResult(name, 'unreachable', { code: 'E_CONNECT_TCP', message, hint: 'Start sshd.' });
const standings = (...hosts: readonly HostResult[]) => standingsOf(runReport(hosts));
const words = (all: readonly Standing[]) => all.map(({ host: name, what }) => `${name} ${what}`);

describe('what a run leaves standing', () => {
  it('is nothing on hosts that are as wanted', () => {
    expect(standings(host('a', 'ok'), host('b', 'skipped'))).toEqual([]);
  });

  it('is one and the same while a host is away, however that shows; a refused login is another thing', () => {
    const told = (code: 'E_CONNECT_TCP' | 'E_CONNECT_TIMEOUT' | 'E_AUTH') =>
      standings(hostResult('b', 'unreachable', { code, message: 'b', hint: 'h' })).map(({ id }) => id);
    expect(told('E_CONNECT_TIMEOUT')).toEqual(told('E_CONNECT_TCP'));
    expect(told('E_AUTH')).not.toEqual(told('E_CONNECT_TCP'));
  });

  it('is each trouble with its code, each refusal, each finding, each gap', () => {
    const refusals = [{ what: 'web', why: 'db lives', hint: 'Stop db.' }];
    const all = standings(
      host('a', 'failed', {
        refusals,
        findings: [leak('web')],
        error: { code: 'E_REFUSED', message: 'web: db lives' },
      }),
      down('b'),
      host('c', 'ok', {
        gaps: [
          { what: 'process 77', why: 'denied' },
          { what: 'process 78', why: 'denied' },
        ],
      }),
      host('d', 'unknown', { error: { code: 'E_DAEMON_SILENT', message: 'no answer' } }),
    );
    expect(words(all)).toEqual([
      'a refused: web: db lives',
      'a container web is held',
      'b unreachable: E_CONNECT_TCP b:22 refused',
      'c not seen: process 78: denied',
      'd unknown in "sweep dead containers": E_DAEMON_SILENT no answer',
    ]);
    expect(all.every(({ trouble }) => trouble)).toBe(true);
  });

  it('is told together only where the cause and what holds it are the same, whatever its process number', () => {
    const held = (id: string, name: string, pid: number) =>
      leak(id, { holder: { kind: 'process', name, pid, namespace: 1 } });
    const findings = [held('1', 'cadvisor', 5), held('2', 'cadvisor', 6), held('3', 'ntpd', 7)];
    expect(new Set(standings(host('a', 'ok', { findings })).map(({ group }) => group)).size).toBe(2);
  });

  it('is what is put off or planned, but not beside the findings that say the same', () => {
    const planned = [change('planned')];
    expect(words(standings(host('a', 'would-change', { changes: planned })))).toEqual([`a would ${planned[0]?.title}`]);
    expect(words(standings(host('a', 'would-change', { changes: planned, findings: [leak('x')] })))).toEqual([
      'a container x is held',
    ]);
    expect(words(standings(host('a', 'would-change', { changes: [change('pending')] })))[0]).toMatch(/^a put off: /);
  });

  it('is also what it did, with what it left to do', () => {
    const [done] = standings(host('a', 'changed', { changes: [change('changed', { leaves: ['start web'] })] }));
    expect(done).toMatchObject({ about: 'done', trouble: false });
    expect(done?.what).toMatch(/^unmount .*; left to you: start web$/);
  });

  it('is no trouble for what is only worth knowing, and no advice on the cause', () => {
    const findings = [
      leak('l', { kind: 'latent' }),
      leak('i', { kind: 'health', severity: 'info' }),
      leak('h', { kind: 'health', severity: 'warning' }),
      leak('c', { kind: 'cause' }),
    ];
    const troubles = standings(host('a', 'ok', { findings })).map(({ id, trouble }) => [id, trouble]);
    expect(troubles).toEqual([
      ['latent:l', false],
      ['health:i', false],
      ['health:h', true],
    ]);
  });

  it('is no copy of what still runs, which is looked for only beside something dead', () => {
    const copy = leak('latent:1:2', { kind: 'latent', holder: { kind: 'container', name: 'cadvisor', namespace: 2 } });
    const before = standings(host('a', 'would-change', { findings: [leak('x'), copy] }));
    expect(before.map(({ id }) => id)).toEqual(['leak:x']);
    const diff = compareStandings(before, standings(host('a', 'ok')), new Map([['a', 'whole']]));
    expect(diff.gone.map(({ id }) => id)).toEqual(['leak:x']);
  });

  it('does not tell a rescued refusal, and what a stop, a deadline or an interruption left', () => {
    const refusals = [{ what: 'w', why: 'y', hint: 'h' }];
    expect(standings({ ...host('a', 'ok'), tasks: [taskResult('a', 'failed', { refusals, rescued: true })] })).toEqual(
      [],
    );
    const report = (extra: Partial<RunReport>) => words(standingsOf(runReport([host('a', 'ok')], extra)));
    expect(report({ interrupted: true })).toEqual([' the run was interrupted before its end']);
    expect(report({ exitCode: 124 })).toEqual([' the deadline of the run passed before its end']);
    expect(report({ stopped: { kind: 'refused', where: 'play "x"' }, exitCode: 6 })[0]).toMatch(/^ stopped: /);
  });

  it('is never nothing for an exit code that says trouble', () => {
    expect(words(standingsOf(runReport([host('a', 'ok')], { exitCode: 9 })))[0]).toMatch(/could not be judged/);
    expect(standingsOf(runReport([host('a', 'ok')], { exitCode: 3 }))).toEqual([]);
  });
});

describe('two runs', () => {
  const seenOf = (...hosts: readonly HostResult[]): Seen =>
    new Map(hosts.map((each) => [each.host, wasSeenWhole(each) ? 'whole' : 'in-part'] as const));
  const compare = (before: readonly HostResult[], now: readonly HostResult[]) => {
    const diff = compareStandings(standings(...before), standings(...now), seenOf(...now));
    return Object.fromEntries(Object.entries(diff).map(([key, list]) => [key, words(list as readonly Standing[])]));
  };
  const sick = host('a', 'failed', { findings: [leak('x')] });
  const nothing = { fresh: [], gone: [], still: [], left: [], unseen: [] };

  it('of equal findings differ in nothing, whatever process numbers and times they name', () => {
    const first = host('a', 'failed', { error: { code: 'E_BUSY', message: 'pid 17 after 3.2s' } });
    const second = host('a', 'failed', { error: { code: 'E_BUSY', message: 'pid 99 after 8.1s' } });
    expect(compare([first], [second])).toMatchObject({ fresh: [], gone: [] });
    expect(compare([host('a', 'ok')], [host('a', 'ok')])).toEqual(nothing);
  });

  it('tell what is new and what is gone', () => {
    expect(compare([sick], [host('a', 'failed', { findings: [leak('y')] })])).toMatchObject({
      ...{ fresh: ['a container y is held'], gone: ['a container x is held'] },
    });
  });

  it('never call gone what nobody could look at again, on the host or in the whole run', () => {
    expect(compare([sick], [down('a')])).toMatchObject({
      ...{ gone: ['a failed: '], unseen: ['a container x is held'] },
    });
    const blind = host('a', 'ok', { gaps: [{ what: 'p', why: 'denied' }] });
    expect(compare([sick], [blind]).unseen).toEqual(['a container x is held']);
    expect(compareStandings(standings(sick), [], undefined).unseen).toHaveLength(2);
    expect(compare([sick], [host('a', 'ok')])).toMatchObject({
      unseen: [],
      gone: expect.arrayContaining(['a container x is held']),
    });
  });

  it('never call gone what a refused task kept a later one from looking at', () => {
    const refused = host('a', 'failed', { error: { code: 'E_REFUSED', message: 'no' } });
    const stopped = { ...refused, tasks: [...refused.tasks, taskResult('a', 'not-reached')] };
    expect(compare([sick], [stopped]).unseen).toEqual(['a container x is held']);
    expect(compare([sick], [refused]).unseen).toEqual([]);
  });

  it('remember what nobody could look at, so that it is not new when it is seen again', () => {
    const first = standings(host('a', 'ok', { findings: [leak('x')] }));
    const second = compareStandings(first, standings(down('a')), seenOf(down('a')));
    const third = remembered(standings(down('a')), second);
    const again = host('a', 'ok', { findings: [leak('x')] });
    expect(compareStandings(third, standings(again), seenOf(again))).toMatchObject({ fresh: [], still: first });
  });

  it('tell of a host that left the inventory as such', () => {
    expect(compare([sick], [host('b', 'ok')])).toMatchObject({
      gone: [],
      left: expect.arrayContaining(['a container x is held']),
    });
  });

  it('are not compared in what they did: it is told when it is new, and never gone', () => {
    const did = host('a', 'changed', { changes: [change('changed')] });
    expect(compare([], [did]).fresh).toHaveLength(1);
    expect(compare([did], [host('a', 'ok')])).toEqual(nothing);
    expect(compare([did], [did])).toEqual(nothing);
  });
});

describe('who is told', () => {
  const one: Standing = { host: 'a', id: 'x', about: 'thing', trouble: true, what: 'w', group: 'g' };
  const none = { fresh: [], gone: [], still: [], left: [], unseen: [] };
  const told = (diff: object) =>
    (['changed', 'problem', 'always', 'recovered'] as const satisfies readonly NotifyOn[]).filter((when) =>
      isToldOf(when, { ...none, ...diff }),
    );

  it.each([
    [{}, ['always']],
    [{ still: [one] }, ['problem', 'always']],
    [{ unseen: [one] }, ['problem', 'always']],
    [{ still: [{ ...one, trouble: false }] }, ['always']],
    [{ fresh: [one] }, ['changed', 'problem', 'always']],
    [{ fresh: [{ ...one, trouble: false }] }, ['changed', 'always']],
    [{ gone: [one] }, ['changed', 'always', 'recovered']],
    [{ gone: [{ ...one, trouble: false }] }, ['changed', 'always']],
    [{ left: [one] }, ['changed', 'always']],
  ])('case %#', (diff, expected) => {
    expect(told(diff)).toEqual(expected);
  });
});
