import { printable } from '../../core/text.ts';
import type { KubeletMount } from '../../mounts/kubelet-mounts.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { MountEntry, MountView } from '../../mounts/model.ts';
import { ownerWords, type StandingOwner } from '../../mounts/runtime-leaks.ts';
import type { RuntimeFacts } from '../../mounts/runtime-standing.ts';
import { treesOf } from '../../mounts/tree.ts';
import type { AskedMount, Guard } from './state.ts';

/** All that tells whether a mount may go. */
export interface GuardLook {
  readonly view: MountView;
  readonly judged: readonly StandingOwner[];
  readonly volumes: readonly KubeletMount[];
  readonly facts: RuntimeFacts;
}

type Verdict = Guard & { readonly all: boolean };

/** Each mount with its owner, and why it stays if it does. What would take along a mount that stays, stays as well. */
export function guardMounts(leaks: readonly LeakedMount[], look: GuardLook): readonly AskedMount[] {
  const first = leaks.map((leak) => withOwner(leak, look));
  const kept = first.filter(({ guard }) => guard !== undefined);
  return first.map((each) => {
    if (each.guard !== undefined) return each;
    const along = kept.find(({ leak }) =>
      each.leak.reach.spreads.some(
        ({ namespace, mountId }) => namespace === leak.namespace && mountId === leak.mount.id,
      ),
    );
    if (along === undefined) return each;
    const why = `an unmount there would take along ${printable(along.leak.mount.point)}, which stays: ${along.guard?.why ?? ''}`;
    return { ...each, guard: { why, hint: along.guard?.hint ?? '', all: false } };
  });
}

function withOwner(leak: LeakedMount, look: GuardLook): AskedMount {
  const onHost = leak.namespace === look.view.hostNamespace;
  const volume = volumeOf(leak, look);
  if (volume !== undefined) {
    const { podUid } = volume.place;
    const owner = podUid === undefined ? 'what several pods share' : `a volume of pod ${podUid}`;
    return withGuard(leak, owner, guardOfVolume(volume, onHost, look));
  }
  const judged = ownerOf(leak, look);
  if (judged !== undefined)
    return withGuard(leak, ownerWords(judged.owner, look.facts), guardOfOwner(judged, leak, onHost));
  if (!onHost) return { leak };
  return withGuard(leak, undefined, {
    why: `the host itself has it mounted at ${printable(leak.mount.point)}, so it is in use as it should be`,
    hint: 'Unmount it on the host first, if nothing needs it; then run this again.',
    all: true,
  });
}

function withGuard(leak: LeakedMount, owner: string | undefined, guard: Verdict | undefined): AskedMount {
  return { leak, ...(owner === undefined ? {} : { owner }), ...(guard === undefined ? {} : { guard }) };
}

/** The volume that a mount is, or lies on. */
function volumeOf(leak: LeakedMount, { view, volumes }: GuardLook): KubeletMount | undefined {
  const tree = treesOf(view).find(({ namespace }) => namespace.inode === leak.namespace);
  const chain: readonly MountEntry[] = [leak.mount, ...(tree?.ancestorsOf(leak.mount) ?? [])];
  return volumes.find(({ mount }) => chain.includes(mount));
}

function guardOfVolume({ place }: KubeletMount, onHost: boolean, { facts }: GuardLook): Verdict | undefined {
  if (place.kind === 'staging' || place.podUid === undefined) {
    return {
      why: 'it is shared by the pods that use the volume, and its driver keeps a record of it (NodeStage)',
      hint: 'Free the pods; the driver unmounts it when the last one is gone (NodeUnstage).',
      all: true,
    };
  }
  const pod = livingPod(place.podUid, facts);
  if (pod !== undefined) return { ...pod, all: true };
  const kubelet = facts.daemons.find(({ name }) => name === 'kubelet');
  if (!onHost || kubelet === undefined) return undefined;
  return {
    why: `the kubelet runs (pid ${kubelet.pid}) and has it mounted, so that it is left to the kubelet`,
    hint: 'The kubelet tries again by itself; once the copies in other namespaces are gone nothing of theirs stops it.',
    all: false,
  };
}

/** Why a pod cannot be called ended; undefined if nothing of it lives. */
export function livingPod(uid: string, facts: RuntimeFacts): Guard | undefined {
  const hint = 'Wait until the pod has ended, or end it; volumes of pods that live are never touched.';
  const task = facts.tasks.find(({ token }) => token === `pod${uid}`);
  if (task !== undefined)
    return { why: `pod ${uid} lives: its process ${task.pid} (${printable(task.command)})`, hint };
  const mute = facts.answers.find(({ answer }) => answer !== 'answered');
  if (mute !== undefined) {
    return {
      why: `whether pod ${uid} lives is not known: ${mute.runtime} ${ANSWERS[mute.answer] ?? 'was not asked'}`,
      hint: `Make ${mute.runtime} answer; then run this again.`,
    };
  }
  const ids = new Set(facts.pods.filter((each) => each.uid === uid).map(({ id }) => id));
  const living = facts.known.find(({ id, state }) => state === 'living' && ids.has(id));
  return living === undefined
    ? undefined
    : { why: `pod ${uid} lives: ${living.runtime} runs ${living.id.slice(0, 12)}`, hint };
}

const ANSWERS: Readonly<Record<string, string>> = {
  late: 'did not answer in time',
  refused: 'refused to answer',
  'no-client': 'has no client here',
};

function ownerOf(leak: LeakedMount, { judged }: GuardLook): StandingOwner | undefined {
  return judged.find(({ owner }) =>
    owner.kind === 'netns'
      ? owner.mounts.some(({ mount }) => mount === leak.mount)
      : owner.devices.includes(leak.mount.device),
  );
}

function guardOfOwner({ owner, standing }: StandingOwner, leak: LeakedMount, onHost: boolean): Verdict | undefined {
  const hint = 'End the container first; what lives is never touched.';
  if (standing.kind === 'live') return { why: `its container lives: ${printable(standing.why)}`, hint, all: true };
  if (standing.kind === 'unknown') {
    return {
      why: `whether its container lives is not known: ${printable(standing.why)}`,
      hint: 'Make the runtime answer; then run this again.',
      all: true,
    };
  }
  if (!onHost) return undefined;
  if (standing.kind === 'ended') {
    return {
      why: 'its runtime still knows the container, and has it mounted on the host itself',
      hint: 'Remove the container, or unmount it, with the runtime.',
      all: true,
    };
  }
  const own = owner.root !== undefined && leak.mount.point.startsWith(`${owner.root}/`);
  if (own) return undefined;
  return {
    why: `somebody mounted it on the host at ${printable(leak.mount.point)}, which is no place of the runtime`,
    hint: 'Unmount it there by hand, if nothing needs it.',
    all: true,
  };
}
