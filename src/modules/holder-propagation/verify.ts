import { printable } from '../../core/text.ts';
import type { RunningService } from '../../programs/list-services.ts';
import type { Verdict } from '../module.ts';
import type { HolderChange, HolderState, HolderStep } from './state.ts';
import { hasPrivateFlags } from './unit-facts.ts';

/** What the second look says: the old copies are gone with their namespace, the service runs as another process, and nobody else was touched. */
export function verifyHolders(after: HolderState, change: HolderChange, before: HolderState): Verdict {
  const { step } = change;
  if (step.kind === 'drop-in') return verifyDropIn(after, step.unit);
  return ran(after, step, before) ?? others(after, step, before) ?? released(after, step);
}

const notYet = (why: string): Verdict => ({ kind: 'not-yet', why });

/** systemd must have read it; afterwards a service that does not hold any more is proof enough. */
function verifyDropIn(after: HolderState, unit: string): Verdict {
  const holder = after.holders.find((each) => each.unit.asked === unit);
  if (holder === undefined) return { kind: 'as-wanted' };
  return hasPrivateFlags(holder.unit)
    ? notYet(`systemd still has MountFlags=private for ${printable(unit)}`)
    : { kind: 'as-wanted' };
}

function ran(after: HolderState, step: HolderStep & { kind: 'restart' }, before: HolderState): Verdict | undefined {
  const { name } = step.holder;
  const was = before.services.find((each) => each.name === name);
  const now = after.services.find((each) => each.name === name);
  if (now === undefined) return notYet(`${printable(name)} does not run any more`);
  if (!isUp(now)) return notYet(`${printable(name)} is ${printable(now.active)} (${printable(now.sub)})`);
  if (was !== undefined && was.mainPid !== 0 && was.mainPid === now.mainPid && was.start === now.start) {
    return notYet(`${printable(name)} still runs as process ${now.mainPid}`);
  }
  for (const along of step.along.filter((each) => each.endsWith('.service'))) {
    const unit = after.services.find((each) => each.name === along);
    if (unit === undefined || !isUp(unit))
      return notYet(`${printable(along)}, which hangs on it, does not run any more`);
  }
  return undefined;
}

/** Whoever else ran still runs as the same process. One that has ended by itself, as many do when idle, is not our doing. */
function others(after: HolderState, step: HolderStep & { kind: 'restart' }, before: HolderState): Verdict | undefined {
  for (const was of before.services) {
    if (step.expected.includes(was.name) || was.mainPid === 0 || was.sub !== 'running' || was.active !== 'active')
      continue;
    const now = after.services.find((each) => each.name === was.name);
    if (now === undefined || (now.mainPid === was.mainPid && now.start === was.start)) continue;
    const how = now.active === 'failed' ? 'failed' : `has another process now (${was.mainPid}, then ${now.mainPid})`;
    return notYet(`${printable(was.name)}, which was not to be touched, ${how}`);
  }
  return undefined;
}

function released(after: HolderState, step: HolderStep & { kind: 'restart' }): Verdict {
  const { name, pid, startTime } = step.holder;
  // By the task, not by the namespace: the kernel gives its number to the next one.
  const old = after.view.namespaces.flatMap(({ tasks }) => tasks).find((task) => task.tid === pid);
  if (old?.startTime === startTime)
    return notYet(`process ${pid} of ${printable(name)} still lives in its old namespace`);
  const holder = after.holders.find(({ unit }) => unit.asked === name);
  const left = (holder?.copies ?? []).filter((copy) =>
    step.covers.some(({ point, device }) => point === copy.mount.point && device === copy.mount.device),
  );
  if (left.length > 0) return notYet(`it still has ${left.length} of ${step.covers.length} mounts`);
  if (step.hears && holder?.copies.some(({ cause }) => cause === 'mount-flags') === true) {
    return notYet('it still does not hear of unmounts');
  }
  const [gap] = after.view.unreadable;
  return gap === undefined
    ? { kind: 'as-wanted' }
    : { kind: 'unknown', why: `process ${gap.pid} could not be looked at: ${printable(gap.why)}` };
}

function isUp({ active }: RunningService): boolean {
  return active === 'active' || active === 'reloading';
}
