import type { Session } from '../../connection/session.ts';
import { restartView } from '../../programs/docker-restart-state.ts';
import { unitStates } from '../../programs/systemd-unit-state.ts';
import { undoState } from '../../programs/undo-state.ts';
import type { Observed } from '../module.ts';
import { NAMESPACE_PROPERTIES } from './namespace.ts';
import { type RestartState, UNIT } from './state.ts';

/** Looks at the unit, at what is kept for its restart, and at what a restart would meet; three calls in one write. */
export async function observeRestart(host: Session): Promise<Observed<RestartState>> {
  const [units, undo, look] = await Promise.all([
    unitStates(host, [UNIT], NAMESPACE_PROPERTIES),
    undoState(host, UNIT),
    restartView(host),
  ]);
  if (!undo.ok) return { kind: 'unknown', error: undo.error };
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const absent = !units.ok && units.error.data?.manager === 'none';
  if (!units.ok && !absent) return { kind: 'unknown', error: units.error };
  const unit = units.ok ? units.units[0] : undefined;
  return { kind: 'known', state: { unit, undo: undo.state, view: look.view }, gaps: [] };
}
