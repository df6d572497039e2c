import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { accessArguments, accessSeconds, apiError, type ClusterAccess, kubectlProgram, noKubectl } from './kubectl.ts';
import text from './kubectl-await-pods.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = kubectlProgram('kubectl-await-pods', text);

/** One pod, and no other of its name. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Uids of those that are still there, or why that is not known. */
export type PodsLeft =
  | { readonly kind: 'known'; readonly left: readonly string[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Waits until these pods are gone, `waitMs` at most, rounded up to whole seconds. Changes nothing. */
export async function awaitPods(
  session: Session,
  access: ClusterAccess,
  pods: readonly PodIdentity[],
  waitMs: number,
): Promise<PodsLeft> {
  if (pods.length === 0) return { kind: 'known', left: [] };
  const [seconds = '', ...rest] = accessArguments(access);
  const wait = Math.ceil(waitMs / 1000);
  const each = accessSeconds(access.deadlineMs) + 2;
  const call = {
    program: PROGRAM,
    args: [seconds, String(wait), ...rest, ...pods.flatMap(({ namespace, name, uid }) => [namespace, name, uid])],
    deadlineMs: (wait + pods.length * each + 15) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.denied, EXIT.toolMissing, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const { host } = session;
  if (answer.code === EXIT.toolMissing) return { kind: 'unknown', error: noKubectl(host, access.kubectl) };
  const what = 'for a pod';
  if (answer.code === EXIT.timedOut) return { kind: 'unknown', error: apiError(host, what, 'late', '') };
  if (answer.code === EXIT.denied) {
    const [, status = '', words = ''] = answer.records.find(({ kind }) => kind === 'refused')?.fields ?? [];
    return { kind: 'unknown', error: apiError(host, what, status, printable(words)) };
  }
  return { kind: 'known', left: answer.records.flatMap(({ fields: [uid] }) => uid ?? []) };
}
