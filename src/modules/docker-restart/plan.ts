import { formatDuration } from '../../core/clock.ts';
import type { Refusal } from '../../core/results.ts';
import type { WatchedRestart } from '../../programs/undo-state.ts';
import type { Tried } from '../module.ts';
import { compareContainers } from './compare.ts';
import { blastOf, fateOf, liveRestoreOf } from './fate.ts';
import { noteWords } from './notes.ts';
import { type DockerRestartParams, withinSeconds } from './params.ts';
import { putOff } from './policy.ts';
import { isIdle, reasonsOf } from './reasons.ts';
import { restartRefusals } from './refusals.ts';
import { repeatedChange, repeatedRefusal, restoreChange, restoredIn } from './repeated.ts';
import { daemonOf, type LiveRestore, type RestartChange, type RestartState, type RestartStep, UNIT } from './state.ts';

/** What has to be told, settled or restarted; a restart that a policy puts off is planned as pending. */
export function planRestart(state: RestartState, params: DockerRestartParams, tried: Tried): readonly RestartChange[] {
  return [...acknowledgement(state), ...settlement(state, params, tried)];
}

/** Steps that will not be taken, and why. */
export function refuseRestart(state: RestartState, params: DockerRestartParams, tried: Tried): readonly Refusal[] {
  const watched = watchedIn(state);
  const waits = watched === undefined ? undefined : waitWords(state, watched, params);
  if (waits !== undefined && watched?.alive === true) {
    return [{ what: `restart ${UNIT}`, why: waits, hint: 'Wait until it has done so, and run again.' }];
  }
  const repeated = params.force ? undefined : (repeatedChange(state) ?? restoredIn(state, tried));
  if (repeated !== undefined && repeated.length > 0) return [repeatedRefusal(repeated)];
  return watched?.reverting === true || !isNeeded(state, params, tried) ? [] : restartRefusals(state, params);
}

/** The one that matters: a revert that is under way, else what waits to be confirmed. */
function watchedIn({ undo }: RestartState): WatchedRestart | undefined {
  return undo.watched.find(({ reverting }) => reverting) ?? undo.watched.toSorted((a, b) => b.deadline - a.deadline)[0];
}

/** Forced restarts are done once; after that only what is seen counts. */
function isNeeded(state: RestartState, params: DockerRestartParams, tried: Tried): boolean {
  const force = params.force && tried.get('restart') === undefined;
  return reasonsOf(state, { force }).length > 0;
}

/** Why the host must be left to take a change back; undefined: it need not. */
function waitWords(state: RestartState, watched: WatchedRestart, params: DockerRestartParams): string | undefined {
  if (watched.reverting) return 'the host takes an earlier change back just now';
  if (reasonsOf(state, { force: false }).length > 0) return undefined;
  const left = formatDuration(Math.max(0, watched.deadline - state.view.epoch) * 1000);
  const harm = harmSince(state, watched);
  if (harm === undefined) return undefined;
  return `an earlier run restarted dockerd and did not confirm it, and ${harm}; the host takes the change back in ${left}${
    params.force ? ', also before a forced restart' : ''
  }`;
}

/** What is not well after a restart that another run made. */
function harmSince(state: RestartState, watched: WatchedRestart): string | undefined {
  const { view } = state;
  if (view.api.kind !== 'answered') return 'the daemon does not answer';
  const [harm] = compareContainers(watched.before, view.containers, liveRestoreOf(state)).harm;
  return watched.alive ? harm : undefined;
}

function acknowledgement({ undo }: RestartState): readonly RestartChange[] {
  const { notes } = undo;
  if (notes.length === 0) return [];
  const tokens = notes.map(({ token }) => token);
  return [
    {
      id: 'acknowledge',
      title: `take note that this host put back what ${UNIT} depends on`,
      why: notes.map(noteWords).join('; '),
      risk: 'file',
      certainty: 'certain',
      witness: { tokens },
      step: { kind: 'acknowledge', tokens },
    },
  ];
}

function settlement(state: RestartState, params: DockerRestartParams, tried: Tried): readonly RestartChange[] {
  const watched = watchedIn(state);
  if (watched?.reverting === true)
    return watched.alive ? [] : [revertChange(watched, 'the host began to take it back and did not end')];
  const repeated = params.force ? undefined : repeatedChange(state);
  if (repeated !== undefined) return [restoreChange(state, repeated)];
  if (restoredIn(state, tried).length > 0) return [];
  if (isNeeded(state, params, tried))
    return restartRefusals(state, params).length > 0 ? [] : [restartChange(state, params)];
  const harm = watched === undefined ? undefined : harmSince(state, watched);
  if (watched !== undefined && harm !== undefined) {
    return watched.alive
      ? []
      : [revertChange(watched, `it was not confirmed, nobody watches it any more, and ${harm}`)];
  }
  // Somebody may be about to write what an idle entry was kept for.
  const daemon = daemonOf(state);
  const keys = state.undo.entries.filter((entry) => !isIdle(entry, daemon)).map(({ key }) => key);
  if (watched === undefined && keys.length === 0) return [];
  if (state.view.api.kind !== 'answered') return [];
  return [confirmChange(state, watched, keys)];
}

function restartChange(state: RestartState, params: DockerRestartParams): RestartChange {
  const live = liveRestoreOf(state);
  const daemon = daemonOf(state);
  const keys = state.undo.entries.map(({ key }) => key);
  const known = state.view.api.kind !== 'silent' && !params.force;
  const step: RestartStep & { kind: 'restart' } = {
    kind: 'restart',
    pid: state.unit?.mainPid ?? 0,
    start: daemon?.start ?? '0',
    keys,
    running: known && live !== 'kept' ? state.view.containers.map(({ id }) => id).sort() : undefined,
    comeBack: comeBack(state, live),
    liveRestore: live,
  };
  const pending = putOff(state, params, live);
  return {
    id: 'restart',
    title: `restart ${UNIT}${countWords(state, live)}`,
    why: reasonsOf(state, params).join('; '),
    risk: 'restart-docker',
    certainty: state.view.api.kind === 'silent' ? 'unknown' : 'certain',
    witness: { pid: step.pid, start: step.start, keys, running: step.running ? [...step.running] : null },
    blast: [...blastOf(state, live), watchWords(keys, params)],
    step,
    ...(pending === undefined ? {} : { pending }),
  };
}

function comeBack({ view }: RestartState, live: LiveRestore): readonly string[] {
  const wanted = view.containers.filter((each) => ['stays', 'returns'].includes(fateOf(each, live)));
  return wanted.map(({ id }) => id).sort();
}

function countWords({ view }: RestartState, live: LiveRestore): string {
  if (view.api.kind === 'silent') return ' (what runs is not known)';
  const stopping = view.containers.filter((each) => fateOf(each, live) !== 'stays');
  const ending = stopping.filter((each) => fateOf(each, live) !== 'returns').length;
  if (view.containers.length === 0) return ' (no container runs)';
  if (stopping.length === 0) return ` (${view.containers.length} running, all keep running)`;
  const tail = ending === 0 ? 'all come back' : `${ending} may not come back by itself`;
  return ` (${stopping.length} of ${view.containers.length} running stop, ${tail})`;
}

function watchWords(keys: readonly string[], params: DockerRestartParams): string {
  if (keys.length === 0) return 'nothing is kept that the host could put back, so nobody watches over this restart';
  const within = formatDuration(withinSeconds(params) * 1000);
  return `the host itself puts back what was changed, and restarts again, unless all is found well within ${within}`;
}

function confirmChange(
  state: RestartState,
  watched: WatchedRestart | undefined,
  keys: readonly string[],
): RestartChange {
  const daemon = daemonOf(state);
  const why =
    watched === undefined
      ? 'dockerd was restarted since the change, by somebody else, and answers'
      : 'an earlier run restarted dockerd and ended before it could confirm that; all is found well';
  const step = { kind: 'confirm', token: watched?.token, keys } as const;
  return {
    id: 'confirm',
    title: `confirm the restart of ${UNIT}`,
    why,
    risk: 'file',
    certainty: 'certain',
    witness: { token: watched?.token ?? null, keys: [...keys], pid: daemon?.pid ?? 0, start: daemon?.start ?? '0' },
    step: watched === undefined ? { kind: 'confirm', token: undefined, keys } : step,
  };
}

function revertChange(watched: WatchedRestart, why: string): RestartChange {
  return {
    id: `revert:${watched.token}`,
    title: `put back what ${UNIT} depends on, and restart it`,
    why,
    risk: 'restart-docker',
    certainty: 'certain',
    witness: { token: watched.token },
    step: { kind: 'revert', token: watched.token, reason: 'unconfirmed' },
  };
}
