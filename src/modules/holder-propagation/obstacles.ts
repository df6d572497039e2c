import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { matchesGlob, nameOnList, namesOfUnit, neverRestartedName } from '../../mounts/never-restarted.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { HolderPropagationParams } from './params.ts';
import type { HeldService, HolderState } from './state.ts';
import { serviceWords } from './words.ts';

/** True if the playbook means this service. */
export function isChosen({ unit }: HeldService, { services }: HolderPropagationParams): boolean {
  if (services === 'all') return true;
  const names = [...namesOfUnit(unit.asked), ...namesOfUnit(unit.id)];
  return services.some((glob) => names.some((name) => matchesGlob(glob, name)));
}

/** Why a service is not restarted; undefined if it may be. */
export function restartObstacle(
  state: HolderState,
  holder: HeldService,
  params: HolderPropagationParams,
): Refusal | undefined {
  const what = `restart ${serviceWords(holder)}`;
  const found =
    onAList(holder, params) ?? alongOnAList(holder, params) ?? ownSession(state, holder) ?? cannotComeBack(holder.unit);
  return found === undefined ? undefined : { what, ...found };
}

type Obstacle = Pick<Refusal, 'why' | 'hint'>;

/** The user's own list always holds; ours gives way to an exact name. */
function onAList({ names, unit }: HeldService, params: HolderPropagationParams): Obstacle | undefined {
  const mine = nameOnList(names, params.never);
  if (mine !== undefined) return { why: `${printable(mine)} is on the never list`, hint: 'Take it off `never`.' };
  const ours = isNamed(unit, params) ? undefined : neverRestartedName(names);
  if (ours === undefined) return undefined;
  return {
    why: `what runs ${printable(ours)} is not restarted unless it is named`,
    hint: `Release what is dead with dead_containers, which restarts nobody; or put ${printable(unit.asked)} on \`services\` if its restart is harmless now.`,
  };
}

function alongOnAList({ along, unit }: HeldService, params: HolderPropagationParams): Obstacle | undefined {
  for (const bound of along) {
    const names = namesOfUnit(bound.id);
    const found = nameOnList(names, params.never) ?? (isNamed(bound, params) ? undefined : neverRestartedName(names));
    if (found === undefined) continue;
    return {
      why: `systemd would restart ${printable(bound.id)} along with it, which is not restarted unless it is named`,
      hint: `Restart ${printable(unit.asked)} by hand when ${printable(bound.id)} may be restarted too.`,
    };
  }
  return undefined;
}

/** Named without wildcards: somebody thought of this one. */
function isNamed(unit: UnitState, { services }: HolderPropagationParams): boolean {
  const names = [...namesOfUnit(unit.asked), ...namesOfUnit(unit.id)];
  return services !== 'all' && services.some((name) => names.includes(name));
}

/** The restart would end the session that asks for it. */
function ownSession({ view }: HolderState, { namespaces, unit }: HeldService): Obstacle | undefined {
  if (!namespaces.some(({ namespace }) => namespace.inode === view.ownNamespace)) return undefined;
  return {
    why: 'this very session lives in its mount namespace',
    hint: `Come to the host another way, or restart ${printable(unit.asked)} by hand.`,
  };
}

/** What is stopped must start again, and as the service that it was. */
function cannotComeBack(unit: UnitState): Obstacle | undefined {
  const { properties, asked, loadState, activeState, subState } = unit;
  const byHand = `Look at \`systemctl status ${printable(asked)}\` on the host.`;
  if (loadState !== 'loaded') {
    return {
      why: `systemd has no valid unit file of it (${printable(loadState)}), so it would not start again`,
      hint: byHand,
    };
  }
  if (properties.get('Transient') === 'yes') {
    return { why: 'it is transient: it is gone once it is stopped', hint: 'Ask whoever started it to start it anew.' };
  }
  if (properties.get('RefuseManualStart') === 'yes' || properties.get('RefuseManualStop') === 'yes') {
    return { why: 'its unit refuses to be started or stopped by hand', hint: byHand };
  }
  if (activeState !== 'active' && activeState !== 'reloading') {
    return { why: `it is ${printable(activeState)} (${printable(subState)}), not active`, hint: byHand };
  }
  if (properties.get('Type') === 'oneshot') {
    return {
      why: 'it is a oneshot: a restart would do its job once more',
      hint: 'Restart it by hand if that is harmless.',
    };
  }
  return undefined;
}
