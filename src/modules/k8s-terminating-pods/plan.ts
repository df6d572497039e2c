import { milliseconds } from '../../config/duration-schema.ts';
import { formatDuration } from '../../core/clock.ts';
import type { JsonObject } from '../../core/json.ts';
import { podWords } from '../../core/pods.ts';
import type { Change, Refusal } from '../../core/results.ts';
import type { PodWitness } from '../../programs/kubectl-delete-pod.ts';
import type { TerminatingPod } from '../../programs/kubectl-terminating.ts';
import type { Verdict } from '../module.ts';
import { type Course, courseOf } from './course.ts';
import type { TerminatingPodsParams } from './params.ts';
import type { PodsState } from './select.ts';

/** The object of one pod goes. */
export interface DeleteChange extends Change {
  readonly pod: PodWitness;
  readonly witness: JsonObject;
}

/** Pure. Only what its node has shown to be gone is deleted; what waits for a release, or for its kubelet, is pending. */
export function planDeletions(state: PodsState, params: TerminatingPodsParams): readonly DeleteChange[] {
  const { remains } = params;
  if (remains === undefined) return [];
  return state.past.flatMap((pod) => {
    const course = courseOf(pod, state, remains);
    return course.kind === 'left' ? [] : [deletion(pod, course, params)];
  });
}

/** Pods that are left where they are, and why. */
export function refuseDeletions(state: PodsState, { remains }: TerminatingPodsParams): readonly Refusal[] {
  if (remains === undefined) return [];
  return state.past.flatMap((pod) => {
    const course = courseOf(pod, state, remains);
    return course.kind === 'left' ? [{ what: podWords(pod), why: course.why, hint: course.hint }] : [];
  });
}

/** The API server has no object with that uid any more. */
export function verifyDeletion(after: PodsState, { pod }: DeleteChange): Verdict {
  const there = after.cluster.pods.some(({ uid }) => uid === pod.uid);
  return there ? { kind: 'not-yet', why: 'the API server still has it' } : { kind: 'as-wanted' };
}

function deletion(pod: TerminatingPod, course: Course, params: TerminatingPodsParams): DeleteChange {
  const { namespace, name, uid, deletionTimestamp, node, owner } = pod;
  const witness = { namespace, name, uid, deletionTimestamp, node };
  const pending = pendingWords(course, params);
  return {
    id: `delete:${uid}`,
    title: `delete ${podWords({ namespace, name })}`,
    why: `its time is over, and node ${node} must show nothing of it any more: no container, no process, no mount`,
    risk: 'file',
    certainty: course.kind === 'proved' ? 'certain' : 'conditional',
    witness,
    ...(pending === undefined ? {} : { pending }),
    ...(owner === '' ? {} : { blast: [`its ${owner} may start a successor, if it waits for this one to go`] }),
    pod: witness,
  };
}

function pendingWords(course: Course, { force, wait }: TerminatingPodsParams): string | undefined {
  if (course.kind === 'released') return `its node still has ${course.what}`;
  if (force === 'when_proved') return undefined;
  const time = formatDuration(milliseconds(wait));
  return `nothing of it is left on its node, and its kubelet did not remove it within ${time}; \`force: when_proved\` would`;
}
