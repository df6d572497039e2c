import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Gap } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { accessArguments, accessSeconds, apiError, type ClusterAccess, kubectlProgram, noKubectl } from './kubectl.ts';
import text from './kubectl-terminating.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = kubectlProgram('kubectl-terminating', text);

/** A node as the API server knows it. */
export interface ClusterNode {
  readonly name: string;
  /** Status of its Ready condition: True, False, Unknown; empty if there is none. */
  readonly ready: string;
  /** /proc/sys/kernel/random/boot_id, as its kubelet has read it. */
  readonly bootId: string;
  readonly machineId: string;
  /** containerd://1.7.2, docker://19.3.13, cri-o://1.28.1 */
  readonly runtime: string;
}

/** A container of a pod as its kubelet has told last. */
export interface PodContainer {
  readonly name: string;
  /** As `docker://64 hex digits`; empty if it was never made. */
  readonly id: string;
  /** waiting, running, terminated. */
  readonly state: string;
}

/** A pod that was asked to go. */
export interface TerminatingPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When its grace period ends: the server adds it to the time of the request (metadata.deletionTimestamp). RFC 3339. */
  readonly deletionTimestamp: string;
  /** It mirrors a static pod; the kubelet makes and removes the object. */
  readonly mirror: boolean;
  /** Kind of its owner, such as ReplicaSet; empty if it has none. */
  readonly owner: string;
  readonly finalizers: readonly string[];
  /** Empty if it was never scheduled. */
  readonly node: string;
  readonly phase: string;
  readonly containers: readonly PodContainer[];
}

/** A cluster at one moment. */
export interface ClusterLook {
  readonly version: string;
  /** Clock of the API server; undefined if kubectl did not tell. */
  readonly nowMs: number | undefined;
  readonly nodes: readonly ClusterNode[];
  readonly pods: readonly TerminatingPod[];
  /** How many pods were looked through. */
  readonly listed: number;
  readonly gaps: readonly Gap[];
}

/** The pods of a cluster that were asked to go, or why nothing may be said. */
export type ClusterAnswer =
  | { readonly kind: 'known'; readonly look: ClusterLook }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Asks for nodes and for the pods of these namespaces, none: of all. Without pods nothing is known; without nodes it is a gap. */
export async function listTerminating(
  session: Session,
  access: ClusterAccess,
  namespaces: readonly string[],
): Promise<ClusterAnswer> {
  const calls = 2 + Math.max(1, namespaces.length);
  const call = {
    program: PROGRAM,
    args: [...accessArguments(access), ...namespaces],
    deadlineMs: (calls * (accessSeconds(access.deadlineMs) + 2) + 15) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.toolMissing, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code === EXIT.toolMissing) return { kind: 'unknown', error: noKubectl(session.host, access.kubectl) };
  const refused = answer.records.filter(({ kind }) => kind === 'refused').map(({ fields }) => fields);
  const fatal = refused.find(([what]) => what !== 'nodes') ?? (answer.code === EXIT.timedOut ? refused[0] : undefined);
  if (fatal !== undefined) return { kind: 'unknown', error: refusal(session.host, fatal) };
  try {
    const gaps = refused.map((fields) => ({
      what: 'the nodes of the cluster',
      why: refusal(session.host, fields).message,
    }));
    return { kind: 'known', look: { ...readLook(answer.records), gaps } };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    const message = `kubectl-terminating printed what cannot be read: ${printable(thrown.message)}`;
    return { kind: 'unknown', error: new UnbusyError('E_PROTOCOL', message, { host: session.host }) };
  }
}

const QUESTIONS: Readonly<Record<string, string>> = {
  server: 'for its version',
  nodes: 'for the nodes',
  pods: 'for the pods',
};

function refusal(host: string, [what = '', status = '', words = '']: readonly string[]): UnbusyError {
  return apiError(host, QUESTIONS[what] ?? what, status, printable(words));
}

/** Throws SyntaxError for what kubectl did not quote as JSON would be. */
function readLook(records: readonly ProgramRecord[]): Omit<ClusterLook, 'gaps'> {
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const [server] = of('server');
  const date = Date.parse(server?.[1] ?? '');
  const counts = of('pods');
  if (counts.length === 0) throw new SyntaxError('the list of pods has no end');
  const containers = of('container').map((fields) => fields.map(unquote));
  return {
    version: server?.[0] ?? '',
    nowMs: Number.isNaN(date) ? undefined : date,
    nodes: of('node').map(readNode),
    pods: of('pod').map((fields) => readPod(fields, containers)),
    listed: counts.reduce((sum, [count]) => sum + Number(count), 0),
  };
}

function readNode(fields: readonly string[]): ClusterNode {
  const [name = '', ready = '', bootId = '', machineId = '', runtime = ''] = fields.map(unquote);
  return { name, ready, bootId, machineId, runtime };
}

function readPod(fields: readonly string[], containers: readonly (readonly string[])[]): TerminatingPod {
  const [namespace, name, uid, deletionTimestamp, mirror, owner] = fields.slice(0, 6).map(unquote);
  const finalizers: unknown = JSON.parse(fields[6] ?? '');
  const [node, phase] = fields.slice(7).map(unquote);
  if (phase === undefined || !Array.isArray(finalizers)) throw new SyntaxError('a pod without all of its fields');
  return {
    ...{ namespace: namespace ?? '', name: name ?? '', uid: uid ?? '', deletionTimestamp: deletionTimestamp ?? '' },
    ...{ mirror: mirror === 'mirror', owner: owner ?? '', finalizers: finalizers.map(String), node: node ?? '', phase },
    containers: containers
      .filter(([of]) => of === uid)
      .map(([, container = '', id = '', state = '']) => ({ name: container, id, state })),
  };
}

function unquote(field: string): string {
  const value: unknown = JSON.parse(field);
  if (typeof value !== 'string') throw new SyntaxError('a text without quotes');
  return value;
}
