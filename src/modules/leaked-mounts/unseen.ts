import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { readRuntimeState } from '../../programs/runtime-state.ts';
import type { LeakedMountsParams } from './params.ts';
import type { FirstLook, Unseen } from './state.ts';
import { dockersOwn, judgeUnseen, refuseDockers } from './unseen-container.ts';

/**
 * Says what stands behind "nothing is mounted": of a path, a pod and a number the tables tell all; whose a container is, only
 * its runtime does. Whether the host has a path is not looked at: it may lie on a file system that hangs.
 */
export async function unseenOf(
  host: Session,
  params: LeakedMountsParams,
  { view, containers, stack }: FirstLook,
): Promise<Unseen | { readonly kind: 'unknown'; readonly error: UnbusyError } | undefined> {
  const { path, pod, device, container } = params;
  const ground = 'all mount tables that could be read were searched';
  if (path !== undefined) {
    const title = `no mount at or below ${printable(path)} was seen in any namespace`;
    return { kind: 'clear', title, ground: `${ground}; whether the host has such a path was not looked at` };
  }
  if (pod !== undefined)
    return { kind: 'clear', title: `no mount of a volume of pod ${pod} was seen in any namespace`, ground };
  if (device !== undefined) {
    if (stack !== undefined) return undefined;
    const title = `the host has no block device ${device}, and no mount of that number was seen in any namespace`;
    return { kind: 'clear', title, ground };
  }
  if (container === undefined) return undefined;
  const own = dockersOwn(container, containers);
  if (own !== undefined) return refuseDockers(own);
  const [deadlineMs, pauseMs] = [milliseconds(params.deadline), milliseconds(params.age)];
  const question = {
    ask: ['containerd', 'storage'],
    ids: [container],
    pods: [],
    directories: [],
    networks: [],
  } as const;
  const look = await readRuntimeState(host, { ...question, deadlineMs, pauseMs });
  return look.kind === 'unknown' ? look : judgeUnseen(params, look.facts, view);
}
