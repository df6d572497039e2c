import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { parseConfig } from './fate.ts';
import type { DockerRestartParams } from './params.ts';
import { daemonOf, type RestartState, UNIT } from './state.ts';

/** Why dockerd must not, or cannot, be restarted from here; only asked if it would have to be. */
export function restartRefusals(state: RestartState, params: DockerRestartParams): readonly Refusal[] {
  return [...unitRefusals(state), ...wayRefusals(state), ...daemonRefusals(state, params)];
}

const refuse = (why: string, hint: string): Refusal => ({ what: `restart ${UNIT}`, why, hint });

function unitRefusals(state: RestartState): readonly Refusal[] {
  const { unit, view } = state;
  if (unit === undefined) {
    return [refuse('systemd does not run this host', 'Restart dockerd by what starts it there, then run again.')];
  }
  if (unit.loadState !== 'loaded') {
    const hint = 'Docker from a snap or without root has units of its own: restart it by hand, then run again.';
    return [refuse(`the unit is ${unit.loadState || 'not known'}`, hint)];
  }
  const answers = view.daemons.find(({ pid }) => pid === view.daemonPid);
  if (answers !== undefined && answers.pid !== unit.mainPid && answers.unit !== unit.id) {
    const other = answers.unit ?? `process ${answers.pid}`;
    return [refuse(`the dockerd that answers is that of ${printable(other)}`, 'Restart that one by hand.')];
  }
  return [];
}

/** A restart that cuts us off could not be watched by anybody. */
function wayRefusals({ view }: RestartState): readonly Refusal[] {
  const hint = 'Connect by a way that does not lead through a container of this host.';
  const nameOf = (id: string) => printable(view.containers.find((each) => each.id === id)?.name ?? id.slice(0, 12));
  if (view.ownContainer !== undefined) {
    return [refuse(`our own shell runs in container ${nameOf(view.ownContainer)} of this host`, hint)];
  }
  if (view.ownNetwork) return [refuse('our own shell is not in the network namespace of the host', hint)];
  const peer = view.containers.find((each) => view.peer !== undefined && each.addresses.includes(view.peer));
  if (peer === undefined) return [];
  return [refuse(`our connection comes from container ${printable(peer.name)} of this host`, hint)];
}

function daemonRefusals(state: RestartState, params: DockerRestartParams): readonly Refusal[] {
  const { view } = state;
  if (view.config.kind === 'read' && parseConfig(view.config.text) === undefined) {
    return [refuse('daemon.json is no JSON object, so dockerd would not start again', 'Mend daemon.json first.')];
  }
  if (view.api.kind === 'silent' && daemonOf(state) !== undefined && !params.force) {
    const why = `the daemon does not answer, so what would stop is not known: ${printable(view.api.why)}`;
    return [refuse(why, 'Make it answer; or set force: true to restart it whatever runs.')];
  }
  return [];
}
