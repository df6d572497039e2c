import { describe, expect, it } from 'vitest';
import { type Batch, DEFAULT_STOP } from '../../../src/config/play-rollout.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import type { ConfirmAnswer, ConfirmRequest } from '../../../src/core/rollout.ts';
import type { ConsentSource } from '../../../src/engine/consent.ts';
import { lamps, runLamps } from '../../support/lamp-fleet.ts';

const one: Batch = { size: { kind: 'hosts', hosts: 1 }, soakMs: 0 };
const byOne = { batches: [one], stop: DEFAULT_STOP, order: 'inventory' } as const;

/** Gives these answers, one after the other, and keeps what it was asked. */
function answering(...answers: readonly ConfirmAnswer[]) {
  const asked: ConfirmRequest[] = [];
  const consent: ConsentSource = {
    kind: 'ask',
    ask: async (request) => {
      asked.push(request);
      return answers[asked.length - 1] ?? 'no';
    },
  };
  return { asked, consent };
}

describe('a step that restarts something', () => {
  it('is refused before any host is touched where nobody can be asked', async () => {
    const fleet = lamps(['a', 'b']);
    const run = (input = {}) => runLamps({ fleet, risk: 'restart-docker', input });
    await expect(run()).rejects.toMatchObject({
      code: 'E_CONFIRM',
      message:
        'the play "lights 0" may restart dockerd on 2 hosts (task "light 0"), and nobody can be asked; no host was touched',
    });
    await expect(run({ consent: { kind: 'nobody' } })).rejects.toMatchObject({ code: 'E_CONFIRM' });
    expect(fleet.get('a')?.on).toBe(false);
    expect((await run({ mode: 'check' })).report.exitCode).toBe(3);
    const { report, events } = await run({ consent: { kind: 'given' } });
    expect([report.exitCode, events.filter((event) => event.kind === 'confirm-start')]).toEqual([0, []]);
  });

  it('is asked for before each batch, with all that will follow', async () => {
    const { asked, consent } = answering('yes', 'yes', 'no');
    const fleet = lamps(['a', 'b', 'c', 'd']);
    const { statuses, report } = await runLamps({ fleet, rollout: byOne, risk: 'restart-docker', input: { consent } });
    expect(asked.map(({ where, hosts, later }) => [where, hosts, later])).toEqual([
      ['play "lights 0", batch 1 of 4', ['a'], 3],
      ['play "lights 0", batch 2 of 4', ['b'], 2],
      ['play "lights 0", batch 3 of 4', ['c'], 1],
    ]);
    expect(asked[0]?.dangers).toEqual([
      { task: 'light 0', module: 'lamp', risks: ['restart-docker'], hosts: ['a'], maybe: false },
    ]);
    expect(statuses).toEqual({ a: 'changed', b: 'changed', c: 'not-reached', d: 'not-reached' });
    expect(report).toMatchObject({ exitCode: 6, stopped: { kind: 'refused', where: 'play "lights 0", batch 3 of 4' } });
  });

  it('is asked for once where the answer is all', async () => {
    const { asked, consent } = answering('all');
    const { report } = await runLamps({
      ...{ fleet: lamps(['a', 'b', 'c']), rollout: byOne, risk: 'restart-holder' },
      input: { consent },
    });
    expect([asked.length, report.exitCode]).toEqual([1, 0]);
  });

  it('is not asked for where nothing dangerous can come', async () => {
    const { asked, consent } = answering('no');
    const { report } = await runLamps({ fleet: lamps(['a']), input: { consent } });
    expect([asked.length, report.exitCode]).toEqual([0, 0]);
    const skipped = { when: [{ text: 'no', names: new Set<string>(), test: () => ({ kind: 'false' }) as const }] };
    const never = await runLamps({ fleet: lamps(['a']), risk: 'restart-docker', task: skipped });
    expect(never.statuses).toEqual({ a: 'skipped' });
  });

  it('is denied at the step where only the host could tell that it comes to that', async () => {
    const late = {
      names: new Set(['facts']),
      render: (scope: ReadonlyMap<string, unknown>) =>
        scope.get('facts') === undefined
          ? ({ kind: 'unknown', why: 'no facts' } as const)
          : ({ kind: 'known', params: { on: true } } as const),
    };
    const fleet = lamps(['a']);
    const parts = { fleet, risk: 'restart-docker', task: { params: late } } as const;
    const { report, switched } = await runLamps(parts);
    expect(switched).toEqual([]);
    expect(report.hosts[0]?.tasks[0]).toMatchObject({
      status: 'failed',
      error: { code: 'E_CONFIRM' },
      changes: [{ outcome: 'denied', note: 'nobody confirmed it' }],
    });
    expect(report.exitCode).toBe(6);
    const { asked, consent } = answering('yes');
    const allowed = await runLamps({ ...parts, input: { consent } });
    expect([asked[0]?.dangers[0]?.maybe, allowed.switched, allowed.report.exitCode]).toEqual([true, ['a'], 0]);
  });

  it('is not begun when whoever is asked interrupts', async () => {
    const consent: ConsentSource = {
      kind: 'ask',
      ask: () => Promise.reject(new UnbusyError('E_INTERRUPTED', 'interrupted at a question')),
    };
    const { statuses, report, events } = await runLamps({
      ...{ fleet: lamps(['a', 'b']), risk: 'restart-docker', input: { consent } },
    });
    expect(statuses).toEqual({ a: 'not-reached', b: 'not-reached' });
    expect(report).toMatchObject({ exitCode: 130, interrupted: true });
    expect(events.some((event) => event.kind === 'confirm-end')).toBe(true);
  });
});
