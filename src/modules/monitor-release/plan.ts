import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { LAZY_TYPES } from '../../mounts/lazy-types.ts';
import { CAUSE_WORDS, place } from '../../mounts/leak-words.ts';
import type { MountView } from '../../mounts/model.ts';
import { unmountObstacle } from '../../mounts/unmount-obstacle.ts';
import { mountWitness } from '../../programs/mount-witness.ts';
import type { Applied, Tried, Verdict } from '../module.ts';
import type { MonitorReleaseParams } from './params.ts';
import type { HeldMount, MonitorChange, MonitorState } from './state.ts';

type Mode = MonitorChange['mode'];

/** Every mount that may go, in the order of release, each in the next way that was not tried. */
export function planRelease(
  { view, held }: MonitorState,
  params: MonitorReleaseParams,
  tried: Tried,
): readonly MonitorChange[] {
  if (view === undefined) return [];
  return held.flatMap((each) => {
    if (obstacle(view, each) !== undefined) return [];
    const mode = nextMode(each, params, tried) ?? lastMode(each, tried);
    return [unmountChange(view, each, mode)];
  });
}

/** What stays, and why; one for each container that a monitor holds. */
export function refuseRelease(
  { view, held }: MonitorState,
  params: MonitorReleaseParams,
  tried: Tried,
): readonly Refusal[] {
  if (view === undefined) return [];
  const refusals = new Map<string, Refusal>();
  for (const each of held) {
    const stands = obstacle(view, each) ?? failure(each, params, tried);
    const key = `${each.monitor.id} ${each.leak.target.id}`;
    if (stands === undefined || refusals.has(key)) continue;
    refusals.set(key, { what: `${place(each.leak)} of ${ownerWords(each)} in ${each.monitor.name}`, ...stands });
  }
  return [...refusals.values()];
}

/**
 * Why a mount stays where it is. One that is not known to be dead for good may come to life while we look: it goes only where
 * an unmount in the monitor reaches nobody else at all.
 */
function obstacle(view: MountView, { leak, monitor, owner }: HeldMount): { why: string; hint: string } | undefined {
  const found = unmountObstacle(view, leak, 'person');
  if (found !== undefined || owner === 'dead' || leak.reach.spreads.length === 0) return found;
  return {
    why: `an unmount in ${monitor.name} would be repeated elsewhere, and its container may be started any time`,
    hint: `Start ${monitor.name} with its binds as rslave.`,
  };
}

function nextMode(held: HeldMount, params: MonitorReleaseParams, tried: Tried): Mode | undefined {
  const plain = tried.get(changeId(held, 'plain'));
  if (plain === undefined) return 'plain';
  if (hasNoTool(plain)) return tried.has(changeId(held, 'exec')) ? undefined : 'exec';
  const lazy = params.lazy && held.owner !== 'live' && LAZY_TYPES.test(held.leak.mount.fstype);
  return plain.kind === 'busy' && lazy && !tried.has(changeId(held, 'lazy')) ? 'lazy' : undefined;
}

/** The host has neither perl nor python nor an umount(8) that can enter a namespace. */
function hasNoTool(answer: Applied | Verdict): boolean {
  return answer.kind === 'failed' && answer.error.code === 'E_PREFLIGHT_TOOL';
}

/** A step that was tried and did not help stays in the plan, so that the task does not pass for done. */
function lastMode(held: HeldMount, tried: Tried): Mode {
  return (['exec', 'lazy'] as const).find((mode) => tried.has(changeId(held, mode))) ?? 'plain';
}

function failure(
  held: HeldMount,
  params: MonitorReleaseParams,
  tried: Tried,
): { why: string; hint: string } | undefined {
  if (nextMode(held, params, tried) !== undefined) return undefined;
  const answer = tried.get(changeId(held, lastMode(held, tried)));
  const why = answer === undefined ? 'it is still there' : reason(answer);
  const lazy = answer?.kind === 'busy' && !params.lazy && held.owner !== 'live' ? ', or allow `lazy`' : '';
  return { why: `it could not be unmounted: ${why}`, hint: `Stop or restart ${held.monitor.name}${lazy}.` };
}

function reason(answer: Applied | Verdict): string {
  if (answer.kind === 'busy') return answer.by;
  if (answer.kind === 'stale') return `it changed meanwhile: ${answer.found}`;
  if ('error' in answer) return answer.error.message;
  return 'why' in answer ? answer.why : 'it was done, and the mount is still there';
}

function unmountChange(view: MountView, held: HeldMount, mode: Mode): MonitorChange {
  const { leak, monitor, owner } = held;
  const mount = mountWitness(view, leak);
  const how = { plain: 'unmount', lazy: 'detach (lazy)', exec: 'docker exec umount' }[mode];
  return {
    id: changeId(held, mode),
    title: `${how} ${place(leak)} of ${ownerWords(held)} in ${monitor.name}`,
    why: `${OWNER_WORDS[owner]}; ${CAUSE_WORDS[leak.cause]}`,
    risk: 'unmount',
    certainty: 'certain',
    witness: { ...mount, parentShared: mount.parentShared ?? null },
    ...(owner === 'live'
      ? { blast: [`${monitor.name} does not see into the file system of ${leak.target.name} any more`] }
      : {}),
    mode,
    monitorId: monitor.id,
    mount,
  };
}

function changeId({ leak }: HeldMount, mode: Mode): string {
  return `${mode === 'plain' ? 'unmount' : mode === 'lazy' ? 'detach' : 'exec'}:${leak.namespace}:${leak.mount.id}`;
}

const OWNER_WORDS: Readonly<Record<HeldMount['owner'], string>> = {
  dead: 'its container is dead',
  stopped: 'its container does not run',
  forgotten: 'Docker does not know its container any more',
  live: 'its container runs, and could not be removed while the monitor has a copy',
};

/** Whose it is, in words. */
export function ownerWords({ leak }: HeldMount): string {
  return `container ${printable(leak.target.name)}`;
}
