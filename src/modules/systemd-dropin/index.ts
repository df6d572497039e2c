import type { JsonObject } from '../../core/json.ts';
import { printable } from '../../core/text.ts';
import { defineModule } from '../module.ts';
import { applyDropIn } from './apply.ts';
import { type DropInState, observeDropIn, observeDropIns } from './observe.ts';
import { type DropInParams, dropInParams } from './params.ts';
import { type DropInChange, planDropIn, refuseDropIn, verifyDropIn } from './plan.ts';

/** Puts a drop-in of a systemd unit in place, or takes it away, and lets systemd read it; restarts nothing. */
export const systemdDropInModule = defineModule<DropInParams, DropInState, DropInChange>({
  name: 'systemd_dropin',
  summary:
    'Makes a drop-in of a systemd unit hold these settings, or absent, and lets systemd read it; restarts nothing.',
  params: dropInParams,
  needsRoot: true,
  observe: observeDropIn,
  observeEach: observeDropIns,
  plan: planDropIn,
  refusals: refuseDropIn,
  apply: applyDropIn,
  verify: verifyDropIn,
  result: describe,
  unsettled: ({ older, unit, file }) =>
    older ? `${printable(unit.id)} runs since before ${printable(file.path)} was written` : undefined,
});

function describe({ file, unit }: DropInState): JsonObject {
  return {
    path: file.path,
    present: file.found.type === 'file',
    unit: unit.id,
    load: unit.loadState,
    active: unit.activeState,
    drop_ins: unit.dropInPaths,
  };
}
