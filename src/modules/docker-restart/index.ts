import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { applyRestart } from './apply.ts';
import { liveRestoreOf } from './fate.ts';
import { findingsOf } from './notes.ts';
import { observeRestart } from './observe.ts';
import { type DockerRestartParams, dockerRestartParams } from './params.ts';
import { planRestart, refuseRestart } from './plan.ts';
import { reasonsOf } from './reasons.ts';
import { daemonOf, type RestartChange, type RestartState } from './state.ts';
import { verifyRestart } from './verify.ts';

/** Restarts dockerd if it has to be, under watch of the host, which takes the change back unless all was found well afterwards. */
export const dockerRestartModule = defineModule<DockerRestartParams, RestartState, RestartChange>({
  name: 'docker_restart',
  summary:
    'Restarts dockerd where it does not run by what is configured; the host itself takes the change back unless it is confirmed.',
  params: dockerRestartParams,
  needsRoot: true,
  observe: observeRestart,
  plan: planRestart,
  refusals: refuseRestart,
  apply: applyRestart,
  verify: verifyRestart,
  result,
  findings: findingsOf,
  dangers: ({ policy }) => (policy === 'never' ? [] : ['restart-docker']),
});

function result(state: RestartState): JsonObject {
  const { view, undo, unit } = state;
  const daemon = daemonOf(state);
  return {
    unit: unit?.loadState ?? 'none',
    needed: [...reasonsOf(state, { force: false })],
    dockerd_pid: daemon?.pid ?? 0,
    api: view.api.kind,
    live_restore: liveRestoreOf(state),
    running: view.containers.map(({ name }) => name).sort(),
    kept: undo.entries.map(({ path }) => path).sort(),
    unconfirmed: undo.watched.length > 0,
    reverted: undo.notes.map(({ epoch, reason, api }) => ({ epoch, reason, api })),
  };
}
