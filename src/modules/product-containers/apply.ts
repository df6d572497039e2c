import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { checkBystanders, describeHarm } from '../../programs/check-bystanders.ts';
import { containerStep } from '../../programs/container-step.ts';
import { findObstacles } from '../../programs/find-obstacles.ts';
import { describeOpeners, findOpeners } from '../../programs/find-openers.ts';
import { releaseMount } from '../../programs/release-mount.ts';
import { removeContainer } from '../../programs/remove-container.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Applied } from '../module.ts';
import { freedWords } from './freed.ts';
import type { ProductContainersParams } from './params.ts';
import type { ProductChange, ProductStep } from './state.ts';

type Step<Kind extends ProductStep['kind']> = Extract<ProductStep, { readonly kind: Kind }>;

/** Does one step. The host compares its witness right before; after a removal storage and neighbours are looked at. */
export async function applyProduct(
  host: Session,
  { step }: ProductChange,
  params: ProductContainersParams,
): Promise<Applied> {
  switch (step.kind) {
    case 'unmount':
      return unmount(host, step);
    case 'stop':
      return oneOfMany(await containerStep(host, { ...step, verb: 'stop', target: '' }, timesOf(params)));
    case 'remove': {
      const answer = oneOfMany(await remove(host, step, params));
      return answer.kind === 'done' ? freed(host, step) : answer;
    }
  }
}

/** What one container does not let be done is told with it; the others have their turn. */
function oneOfMany(answer: Applied): Applied {
  const late = answer.kind === 'unknown' && answer.error.code === 'E_PROGRAM_TIMEOUT';
  return late || answer.kind === 'failed' ? { kind: 'denied', why: answer.error.message } : answer;
}

/** Openers are looked for before a lazy unmount, as none can be found afterwards. */
async function unmount(host: Session, { mount, mode }: Step<'unmount'>): Promise<Applied> {
  if (mode === 'plain') return oneOfMany(await releaseMount(host, mount, { mode }));
  const { namespace, point, device, id } = mount;
  const openers = await findOpeners(host, { namespace, point, device, ids: [id] });
  if (openers.kind === 'unknown') return openers;
  const answer = await releaseMount(host, mount, { mode });
  if (answer.kind !== 'done') return oneOfMany(answer);
  const named = describeOpeners(openers);
  return { kind: 'done', note: `${answer.note}; before: ${named === '' ? 'nothing had it open' : named}` };
}

/** A removal that Docker began is gone on with; any other container must still be the stopped one that was seen. */
function remove(host: Session, { container }: Step<'remove'>, params: ProductContainersParams): Promise<Applied> {
  const { id, name, dead, removing } = container;
  const deadlineMs = milliseconds(params.docker_deadline);
  if (dead || removing) return removeContainer(host, { id, name, deadlineMs: Math.max(60_000, deadlineMs) });
  return containerStep(host, { verb: 'remove', id, name, running: 'false', target: '' }, timesOf(params));
}

function timesOf({ docker_deadline, stop_timeout }: ProductContainersParams) {
  return { deadlineMs: milliseconds(docker_deadline), stopMs: milliseconds(stop_timeout), settleMs: 0 };
}

/** Storage is free if no namespace has a mount of the container, and its directories are gone; what could not be looked at is told. */
async function freed(host: Session, { container, directories, watch }: Step<'remove'>): Promise<Applied> {
  const tokens = [container.id, ...(container.mountId === undefined ? [] : [container.mountId])];
  const [scan, search, check] = await Promise.all([
    scanMounts(host, { tokens }),
    findObstacles(host, directories),
    checkBystanders(host, watch),
  ]);
  if (scan.kind === 'unknown') return scan;
  if (search.kind === 'unknown') return search;
  if (check.kind === 'unknown') return { kind: 'unknown', error: check.error };
  if (check.harmed.length > 0)
    return failed(host, `after the removal of ${container.name}: ${describeHarm(check.harmed)}`);
  const named = new Set(tokens);
  const left = scan.view.namespaces.flatMap(({ inode, mounts = [] }) =>
    mounts
      .filter(({ point }) => point.split('/').some((part) => named.has(part)))
      .map(({ point }) => ({ inode, point })),
  );
  const [mount] = left;
  if (mount !== undefined) {
    const where = `${printable(mount.point)} in mount namespace ${mount.inode}`;
    return failed(host, `${container.name} is removed, and its storage is not free: it is still mounted at ${where}`);
  }
  const stays = directories.find((each) => !search.obstacles.missing.includes(each));
  if (stays !== undefined) return failed(host, `${container.name} is removed, and ${printable(stays)} is still there`);
  const { unreadable } = scan.view;
  return { kind: 'done', note: `${freedWords({ unreadable, directories })}; ${stillRuns(watch.length)}` };
}

function failed(host: Session, message: string): Applied {
  const hint = 'Look at it before anything else is done; nothing more was done on this host.';
  return { kind: 'failed', error: new UnbusyError('E_VERIFY', message, { host: host.host, hint }) };
}

function stillRuns(many: number): string {
  if (many === 0) return 'nothing else ran';
  return many === 1 ? 'the other container that ran still runs' : `all ${many} other containers that ran still run`;
}
