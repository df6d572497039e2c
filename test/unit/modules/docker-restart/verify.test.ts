import { describe, expect, it } from 'vitest';
import { planRestart } from '../../../../src/modules/docker-restart/plan.ts';
import { verifyRestart } from '../../../../src/modules/docker-restart/verify.ts';
import { entry, restartParams, restartState, watched } from './restart-cases.ts';

const [change] = planRestart(restartState({ undo: { entries: [entry({ ticks: 6000 })] } }), restartParams(), new Map());
if (change === undefined) throw new Error('nothing is planned');

const newer = { daemons: [{ pid: 77, start: '7000', namespace: 4026531841, unit: 'docker.service' }], daemonPid: 77 };
const unit = { mainPid: 77 };

describe('a restart was made', () => {
  it('if another dockerd answers, nothing is kept, and nothing waits', () => {
    expect(verifyRestart(restartState({ unit, view: newer }), change)).toEqual({ kind: 'as-wanted' });
  });

  it.each<[string, Parameters<typeof restartState>[0]]>([
    ['the old one runs', {}],
    ['none runs', { unit: { mainPid: 0 }, view: { daemons: [] } }],
    ['it does not answer', { unit, view: { ...newer, api: { kind: 'silent', why: 'late' } } }],
    ['it contradicts its unit', { unit, view: newer, properties: { MountFlags: 'slave' } }],
    ['something changed again', { unit, view: newer, undo: { entries: [entry({ key: 'k2', ticks: 9000 })] } }],
    ['what was kept is still there', { unit, view: newer, undo: { entries: [entry({ ticks: 6000 })] } }],
    ['it was not confirmed', { unit, view: newer, undo: { watched: [watched()] } }],
  ])('but not if %s', (_, twist) => {
    expect(verifyRestart(restartState(twist), change).kind).not.toBe('as-wanted');
  });
});
