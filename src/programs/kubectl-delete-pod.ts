import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { EXIT } from './exit-numbers.ts';
import { EXIT_FAILED, type HostStep, runHostStep } from './host-step.ts';
import { accessArguments, accessSeconds, type ClusterAccess, kubectlProgram } from './kubectl.ts';
import type { PodIdentity } from './kubectl-await-pods.ts';
import text from './kubectl-delete-pod.sh';

const PROGRAM = kubectlProgram('kubectl-delete-pod', text);

/** What must still be true of a pod right before its object is taken away. */
export interface PodWitness extends PodIdentity {
  readonly deletionTimestamp: string;
  readonly node: string;
}

/** kubectl is called at most this many times. */
const CALLS = 4;

/** Takes the API object of a pod away, by its uid and as it was seen. `done` means that no object with that uid is there any more. */
export function deletePod(session: Session, access: ClusterAccess, pod: PodWitness): Promise<HostStep> {
  const call = {
    program: PROGRAM,
    args: [...accessArguments(access), pod.namespace, pod.name, pod.uid, pod.deletionTimestamp, pod.node],
    deadlineMs: (CALLS * (accessSeconds(access.deadlineMs) + 2) + 15) * 1000,
  };
  const what = `deleting pod ${pod.namespace}/${pod.name}`;
  return runHostStep(session, call, what, ({ code, say }) => {
    if (code === EXIT.done) return say('note') === '' ? { kind: 'done' } : { kind: 'done', note: say('note') };
    if (code === EXIT_FAILED) {
      const error = new UnbusyError('E_UNKNOWN', `${what}: ${say('said') || 'no answer came from the API server'}`, {
        host: session.host,
        hint: 'Run again: it looks first, and deletes nothing twice.',
      });
      return { kind: 'unknown', error };
    }
    return { kind: 'denied', why: say('said') || 'the API server still has it' };
  });
}
