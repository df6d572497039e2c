import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { LeakTarget } from '../../mounts/leak.ts';
import { holderWords } from '../../mounts/leak-words.ts';
import { neverName } from './never.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepState } from './state.ts';

/** Why nothing at all is done for a container; undefined if something may be. */
export function targetObstacle(
  state: SweepState,
  target: LeakTarget,
  params: DeadContainersParams,
): Refusal | undefined {
  const what = `container ${target.name}`;
  const task = livingTask(state, target);
  if (task !== undefined) {
    return {
      what,
      why: `Docker calls it dead, but its ${task} still lives; nothing was done`,
      hint: 'End the process. If it is in state D, repair what it waits for; no signal and no unmount helps.',
    };
  }
  const [gap] = state.view?.unreadable ?? [];
  if (gap !== undefined) {
    const more = (state.view?.unreadable.length ?? 1) - 1;
    const who = gap.pid > 0 ? `process ${gap.pid}` : 'a namespace';
    return {
      what,
      why: `${who} could not be looked at${more > 0 ? ` (and ${more} more)` : ''}: ${printable(gap.why)}; so it is not known what else uses it`,
      hint: 'Run as root with CAP_SYS_PTRACE, outside of a container.',
    };
  }
  return guarded(state, target, params.never);
}

function guarded(state: SweepState, target: LeakTarget, never: readonly string[]): Refusal | undefined {
  const found = state.leaks.leaks
    .filter((leak) => leak.target === target)
    .map((leak) => ({ leak, name: neverName(state, leak, never) }))
    .find(({ name }) => name !== undefined);
  if (found === undefined) return undefined;
  return {
    what: `container ${target.name}`,
    why: `${holderWords(found.leak.holder)} holds it, and ${printable(found.name ?? '')} is on the never list; nothing was done`,
    hint: 'Take it off `never`, or restart it by hand.',
  };
}

/** A task in the container's own cgroup, in words; a dead container has none. */
function livingTask(state: SweepState, target: LeakTarget): string | undefined {
  const left = state.tasks.find((each) => each.containerId === target.id);
  if (left !== undefined) {
    const waits = left.waitsIn === '' ? '' : `, waiting in ${printable(left.waitsIn)}`;
    return `process ${left.tid} (${printable(left.command)}, state ${left.state}${waits})`;
  }
  const tasks = state.view?.namespaces.flatMap((namespace) => namespace.tasks) ?? [];
  const task = tasks.find((each) => each.containerId === target.id);
  return task === undefined ? undefined : `process ${task.tid} (${printable(task.command)})`;
}

/** Why Docker is not asked to remove a container that nothing holds any more; undefined if it may be asked. */
export function removalObstacle(state: SweepState, target: LeakTarget): Refusal | undefined {
  const what = `docker rm ${target.name}`;
  const silent = state.docker?.state.silent;
  if (silent !== undefined) {
    return {
      what,
      why: `${silent}; another request would only wait beside the others, so none was made`,
      hint: 'Make the daemon answer again, then run this once more.',
    };
  }
  const [file] = state.obstacles.get(target.id)?.immutable ?? [];
  if (file === undefined) return undefined;
  return {
    what,
    why: `nothing holds it, but ${printable(file)} is immutable, which even root cannot remove`,
    hint: `Find out who set it; then: chattr -i ${printable(file)}`,
  };
}
