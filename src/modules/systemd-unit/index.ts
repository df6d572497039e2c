import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { daemonReload } from '../../programs/daemon-reload.ts';
import { type UnitState, type UnitsLook, unitStates } from '../../programs/systemd-unit-state.ts';
import { unitStep } from '../../programs/unit-step.ts';
import { type Applied, defineModule, type Observed } from '../module.ts';
import { type UnitParams, unitParams } from './params.ts';
import { planUnit, refuseUnit, riskOf, type UnitChange } from './plan.ts';
import { verifyUnit } from './verify.ts';

/** Starts, stops, enables and masks systemd units, each step only where it is needed. */
export const systemdUnitModule = defineModule<UnitParams, UnitState, UnitChange>({
  name: 'systemd_unit',
  summary:
    'Makes a systemd unit started or stopped, enabled or disabled, masked or not; restarts it where a handler asks.',
  params: unitParams,
  needsRoot: true,
  observe: async (host, params) => asState(await look(host, [params]), 0),
  observeEach: async (host, each) => {
    const seen = await look(host, each);
    return each.map((_, index) => asState(seen, index));
  },
  plan: planUnit,
  refusals: refuseUnit,
  apply,
  verify: verifyUnit,
  result: describe,
  dangers: ({ name, state }) =>
    state === 'restarted' ? [riskOf('restart', name)] : state === 'stopped' ? [riskOf('stop', name)] : [],
});

/** What depends on the unit is asked for too: it ends with it. */
const DEPENDENTS = ['RequiredBy', 'BoundBy', 'ConsistsOf', 'TriggeredBy'];

function look(host: Session, each: readonly UnitParams[]): Promise<UnitsLook> {
  return unitStates(
    host,
    each.map(({ name }) => name),
    DEPENDENTS,
  );
}

function asState(seen: UnitsLook, index: number): Observed<UnitState> {
  if (!seen.ok) return { kind: 'unknown', error: seen.error };
  return { kind: 'known', state: seen.units[index] as UnitState, gaps: [] };
}

function apply(host: Session, change: UnitChange): Promise<Applied> {
  if (change.action === 'reload') return daemonReload(host);
  const { unit, active, file, runtime } = change.witness;
  return unitStep(host, {
    verb: change.action,
    unit: String(unit),
    runtime: runtime === true && (change.action === 'disable' || change.action === 'unmask'),
    expected: String(active),
    expectedFile: String(file),
  });
}

function describe({ id, loadState, activeState, subState, unitFileState, mainPid }: UnitState): JsonObject {
  return { name: id, load: loadState, active: activeState, sub: subState, enabled: unitFileState, pid: mainPid };
}
