import type { Change, Refusal, Risk } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { UnitVerb } from '../../programs/unit-step.ts';
import type { Tried } from '../module.ts';
import type { UnitParams } from './params.ts';
import { isDocker, isProtected } from './protected.ts';

/** One step on a unit, with its own id; `reload` is a daemon-reload. */
export interface UnitChange extends Change {
  readonly action: UnitVerb | 'reload';
}

interface Step {
  readonly action: UnitVerb | 'reload';
  readonly why: string;
}

/** The steps in the order in which they work: unmask, reload, stop before disable and mask, enable before start. */
export function planUnit(unit: UnitState, params: UnitParams, tried: Tried): readonly UnitChange[] {
  if (refuseUnit(unit, params, tried).length > 0) return [];
  const steps = stepsFor(unit, params, tried);
  return steps.map((step, index) => asChange(unit, step, steps.slice(0, index)));
}

function stepsFor(unit: UnitState, params: UnitParams, tried: Tried): readonly Step[] {
  const isDone = (id: string) => ['done', 'as-wanted'].includes(tried.get(id)?.kind ?? '');
  const steps: Step[] = [];
  const isMasked = unit.loadState === 'masked' || unit.unitFileState.startsWith('masked');
  const isUnmasked = params.masked === false && isMasked;
  if (isUnmasked) steps.push({ action: 'unmask', why: 'it is masked' });
  // Behind its mask nobody sees whether the unit is enabled, or newer than what was read: the next look does.
  if (unit.needsReload && !isUnmasked)
    steps.push({ action: 'reload', why: 'its files are newer than what systemd has read' });
  if (params.enabled === true && !isEnabled(unit) && !isUnmasked)
    steps.push({ action: 'enable', why: `it is ${fileWord(unit)}` });
  if (params.state === 'started' && !isUp(unit) && !isDone('start')) {
    steps.push({ action: 'start', why: `it is ${unit.activeState}` });
  }
  if (params.state === 'restarted' && !isDone('restart')) {
    steps.push({ action: 'restart', why: 'the playbook asks for it each time' });
  }
  if (params.state === 'stopped' && !isDown(unit)) steps.push({ action: 'stop', why: `it is ${unit.activeState}` });
  if (params.enabled === false && mayStart(unit)) steps.push({ action: 'disable', why: `it is ${fileWord(unit)}` });
  if (params.masked === true && !isMasked) steps.push({ action: 'mask', why: `it is ${fileWord(unit)}` });
  return steps;
}

/** What is never done, what cannot work, and what nobody asked for; only of steps that are needed. */
export function refuseUnit(unit: UnitState, params: UnitParams, tried: Tried): readonly Refusal[] {
  const steps = stepsFor(unit, params, tried).map(({ action }) => action);
  const what = printable(unit.id);
  const needs = (...actions: readonly Step['action'][]) => steps.some((each) => actions.includes(each));
  if (unit.loadState === 'not-found' && needs('start', 'restart', 'enable', 'mask')) {
    return [{ what, why: 'systemd knows no such unit', hint: 'Look at the name, or install what brings the unit.' }];
  }
  if (needs('start', 'restart', 'enable') && unit.loadState === 'masked' && !needs('unmask')) {
    return [{ what, why: 'is masked, so nobody can start it', hint: 'Give `masked: false` if it is to be unmasked.' }];
  }
  if (needs('start', 'restart') && !needs('reload') && ['bad-setting', 'error'].includes(unit.loadState)) {
    const error = unit.properties.get('LoadError') ?? '';
    const why = `systemd cannot use its files: ${unit.loadState} ${printable(error)}`.trimEnd();
    return [{ what, why, hint: 'Look at them: systemctl cat, and systemd-analyze verify.' }];
  }
  if (needs('enable') && !['disabled', 'indirect', 'linked', 'masked', ...RUNTIME].includes(unit.unitFileState)) {
    const why = `cannot be enabled: it is ${fileWord(unit)}, and has no [Install] section of its own`;
    return [{ what, why, hint: 'Enable the unit that starts it, or leave `enabled` out.' }];
  }
  const hard = steps.filter((each) => ['stop', 'restart', 'disable', 'mask'].includes(each));
  if (hard.length > 0 && !params.force && [unit.asked, unit.id].some(isProtected)) {
    const why = `the host, or the way into it, depends on it: ${hard.join(', ')} is refused`;
    return [{ what, why, hint: 'Give `force: true` if you have another way in.' }];
  }
  return [];
}

const RUNTIME = ['enabled-runtime', 'linked-runtime', 'masked-runtime'];

/** True if it starts with the host, now and after the next boot. */
export function isEnabled({ unitFileState }: UnitState): boolean {
  return unitFileState === 'enabled' || unitFileState === 'alias';
}

/** True if it starts with the host at the next boot, or for this one. */
export function mayStart({ unitFileState }: UnitState): boolean {
  return unitFileState === 'enabled' || unitFileState === 'enabled-runtime';
}

/** True while it runs; what is on its way up is not up yet. */
export function isUp({ activeState }: UnitState): boolean {
  return ['active', 'reloading', 'refreshing'].includes(activeState);
}

/** True while nothing of it runs. */
export function isDown({ activeState }: UnitState): boolean {
  return activeState === 'inactive' || activeState === 'failed';
}

const fileWord = ({ unitFileState }: UnitState): string => unitFileState || 'without a unit file';

/** The dangerous risk of a step on this unit. */
export function riskOf(action: Step['action'], unit: string): Risk {
  if (action !== 'stop' && action !== 'restart') return 'file';
  return isDocker(unit) ? 'restart-docker' : 'restart-holder';
}

function asChange(unit: UnitState, { action, why }: Step, before: readonly Step[]): UnitChange {
  const shown = printable(unit.id);
  const changesFile = (each: Step) => ['enable', 'disable', 'mask', 'unmask'].includes(each.action);
  const touchesFile = changesFile({ action, why });
  const last = before.at(-1);
  const blast = blastOf(unit, action);
  return {
    id: action,
    action,
    title: action === 'reload' ? `let systemd read ${shown} again` : `${action} ${shown}`,
    why,
    risk: riskOf(action, unit.id),
    certainty: 'certain',
    witness: {
      unit: unit.id,
      // What an earlier step of the same round changes cannot be told beforehand.
      active:
        touchesFile || before.some((each) => each.action === 'stop') ? '-' : `${unit.activeState} ${unit.mainPid}`,
      file: touchesFile && !before.some(changesFile) ? unit.unitFileState : '-',
      runtime: unit.unitFileState.endsWith('-runtime'),
    },
    ...(last === undefined ? {} : { needs: [last.action] }),
    ...(blast.length === 0 ? {} : { blast }),
  };
}

function blastOf(unit: UnitState, action: Step['action']): readonly string[] {
  if (action !== 'stop' && action !== 'restart') return [];
  const list = (name: string) => (unit.properties.get(name) ?? '').split(' ').filter((each) => each !== '');
  const along = ['RequiredBy', 'BoundBy', 'ConsistsOf'].flatMap(list).filter((each) => !each.endsWith('.target'));
  const triggers = list('TriggeredBy');
  return [
    ...(isUp(unit)
      ? [`${printable(unit.id)} runs${unit.mainPid > 0 ? ` as pid ${unit.mainPid}` : ''}, and is ended`]
      : []),
    ...(along.length > 0 ? [`what requires it ends with it: ${printable([...new Set(along)].join(' '))}`] : []),
    ...(isDocker(unit.id) ? ['containers end with dockerd, unless live-restore keeps them'] : []),
    ...(action === 'stop' && triggers.length > 0 ? [`${printable(triggers.join(' '))} can start it again`] : []),
  ];
}
