import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { PodRemains } from '../../core/pods.ts';
import type { Gap } from '../../core/results.ts';
import { isPodUid } from '../../mounts/kubelet-places.ts';
import { readFile } from '../../programs/read-file.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Observed } from '../module.ts';
import { candidates, type OwnNode, ownNodes } from './identity.ts';
import type { PodRemainsParams } from './params.ts';
import { askRuntime } from './runtime.ts';
import { mountsOf, remainsOf } from './verdict.ts';

/** What one host shows of the pods of its node. */
export interface RemainsState {
  /** Undefined: this host is no node with such pods. */
  readonly node: string | undefined;
  readonly pods: readonly PodRemains[];
  /** Full ids of dead containers of Docker. */
  readonly dead: readonly string[];
  /** Uids of pods that have ended and of which another namespace than the host's still has a volume. */
  readonly mounted: readonly string[];
  /** Full ids of their containers of another runtime of which it still has a mount. */
  readonly containers: readonly string[];
}

const MACHINE_ID = '/etc/machine-id';
const NOTHING: RemainsState = { node: undefined, pods: [], dead: [], mounted: [], containers: [] };

/** Finds out which node this host is, and looks for what is left of its pods; asks nothing where there are none. */
export async function observeRemains(host: Session, params: PodRemainsParams): Promise<Observed<RemainsState>> {
  const looks = params.looks.filter(({ pods, nodes }) => pods !== undefined && nodes !== undefined);
  const untold = params.looks.length - looks.length;
  if (looks.length === 0) return { kind: 'unknown', error: nobodyTold(host.host) };
  const why = 'the host that was to list its pods did not';
  const gaps: readonly Gap[] = untold === 0 ? [] : [{ what: `${untold} of ${params.looks.length} clusters`, why }];
  const found = candidates(looks, host.facts).filter(({ pods }) => pods.length > 0);
  if (found.length === 0) return { kind: 'known', state: NOTHING, gaps };
  const own = await identify(host, found, params.node);
  if (own.kind === 'unknown') return own;
  const [first, second] = own.nodes;
  if (first === undefined) return { kind: 'known', state: NOTHING, gaps };
  if (second !== undefined) return { kind: 'unknown', error: twoNodes(host.host, first, second) };
  return lookFor(host, first, params, gaps);
}

async function identify(
  host: Session,
  found: readonly OwnNode[],
  vouched: string,
): Promise<
  | { readonly kind: 'known'; readonly nodes: readonly OwnNode[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError }
> {
  const named = ownNodes(found, host.facts, vouched, '');
  if (named.length > 0 || vouched !== '') return { kind: 'known', nodes: named };
  const file = await readFile(host, MACHINE_ID);
  if (!file.ok) return { kind: 'unknown', error: file.error };
  return { kind: 'known', nodes: ownNodes(found, host.facts, '', file.text?.trim() ?? '') };
}

async function lookFor(
  host: Session,
  { node, pods }: OwnNode,
  params: PodRemainsParams,
  gaps: readonly Gap[],
): Promise<Observed<RemainsState>> {
  const answers = await askRuntime(
    host,
    node.runtime,
    pods.map(({ uid }) => uid),
    params,
  );
  if (answers.kind === 'unknown') return answers;
  const { containers } = answers.look;
  const words = [...pods.flatMap((pod) => [pod.uid, ...pod.containers]), ...containers.map(({ id }) => id)];
  const scan = await scanMounts(host, { tokens: [...new Set(words)] });
  if (scan.kind === 'unknown') return scan;
  const look = { ...answers.look, view: scan.view };
  const remains = pods.map((pod) => remainsOf(pod, look));
  const ended = remains.filter(({ alive }) => !alive).map(({ uid }) => uid);
  const named = pods.filter(({ uid }) => ended.includes(uid)).flatMap((pod) => mountsOf(pod, containers, look));
  const tokens = new Set(named.filter(({ onHost }) => !onHost).map(({ token }) => token));
  const isDocker = node.runtime.startsWith('docker://');
  return {
    kind: 'known',
    state: {
      node: node.name,
      pods: remains,
      dead: containers.filter(({ uid, state }) => state === 'dead' && ended.includes(uid)).map(({ id }) => id),
      mounted: ended.filter((uid) => tokens.has(uid) && isPodUid(uid)),
      containers: isDocker ? [] : [...tokens].filter((token) => !ended.includes(token)),
    },
    gaps,
  };
}

function nobodyTold(host: string): UnbusyError {
  return new UnbusyError('E_UNKNOWN', 'no host told which pods should be gone', {
    host,
    hint: 'Look at the task of k8s_terminating_pods before this one.',
  });
}

function twoNodes(host: string, first: OwnNode, second: OwnNode): UnbusyError {
  return new UnbusyError('E_UNKNOWN', `this host may be node ${first.node.name} or node ${second.node.name}`, {
    host,
    hint: 'Say which one with `node:`.',
  });
}
