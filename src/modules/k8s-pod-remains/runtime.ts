import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { readRuntimeState } from '../../programs/runtime-state.ts';
import { fromDocker, fromRuntime, runtimeKind } from './answers.ts';
import type { PodRemainsParams } from './params.ts';
import type { NodeLook } from './verdict.ts';

/** What the runtime of a node and its processes say of pods, or a trouble of our own. */
export type RuntimeAnswers =
  | { readonly kind: 'known'; readonly look: Omit<NodeLook, 'view'> }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const ASK = { containerd: ['containerd'], 'cri-o': ['storage'] } as const;

/** Asks the runtime that the node's kubelet uses, and looks for processes of the pods whatever their runtime is. */
export async function askRuntime(
  host: Session,
  runtime: string,
  uids: readonly string[],
  params: PodRemainsParams,
): Promise<RuntimeAnswers> {
  const kind = runtimeKind(runtime);
  const deadlineMs = milliseconds(params.deadline);
  const ask = kind === 'containerd' || kind === 'cri-o' ? ASK[kind] : [];
  const question = { ask, ids: [], pods: uids, directories: [], networks: [], deadlineMs, pauseMs: 0 };
  const answer = await readRuntimeState(host, question);
  if (answer.kind === 'unknown') return answer;
  if (kind !== 'docker') return { kind: 'known', look: fromRuntime(kind, answer.facts, uids) };
  const docker = await readDockerState(host, { deadlineMs, want: 'all', asked: [] });
  return docker.kind === 'unknown' ? docker : { kind: 'known', look: fromDocker(docker, answer.facts, uids) };
}
