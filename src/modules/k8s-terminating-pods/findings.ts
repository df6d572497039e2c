import { formatDuration } from '../../core/clock.ts';
import type { Finding } from '../../core/findings.ts';
import { podWords } from '../../core/pods.ts';
import type { PodsState } from './select.ts';

/** One for each pod that should be gone. */
export function findingsOf({ past, nowMs }: PodsState): readonly Finding[] {
  return past.map((pod) => {
    const late = formatDuration(nowMs - Date.parse(pod.deletionTimestamp));
    const states = pod.containers.map(({ name, state }) => `container ${name}: ${state === '' ? 'never made' : state}`);
    const kept = pod.finalizers.map((name) => `finalizer ${name}`);
    return {
      id: `pod:${pod.uid}`,
      kind: 'health',
      severity: 'warning',
      title: `${podWords(pod)} should have been gone for ${late}`,
      cause: kept.length > 0 ? 'a finalizer keeps the pod' : 'its kubelet could not clean up after the pod',
      remedy: kept.length > 0 ? 'Ask the controller that set the finalizer.' : 'Release what holds it on its node.',
      avoid: ['Do not delete it with --force first: the object goes, and what is left on the node is seen by nobody.'],
      evidence: [`its grace period ended at ${pod.deletionTimestamp}`, ...kept, ...states],
      playbook: 'terminating-pods.yml',
    };
  });
}
