import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { Gap } from '../../core/results.ts';
import { heldBy } from '../../mounts/held-by.ts';
import { containerTarget } from '../../mounts/identity.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { findLeaks } from '../../mounts/leaks.ts';
import { isLiving } from '../../mounts/living.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { bystandersOf } from '../../programs/bystanders.ts';
import { type DockerLook, whyUnsure } from '../../programs/docker-records.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { findContainerTasks } from '../../programs/find-container-tasks.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import { selectLabelled } from '../../programs/select-labelled.ts';
import type { Observed } from '../module.ts';
import type { ProductContainersParams } from './params.ts';
import { livingMonitors, type Selection, selectProduct } from './select.ts';
import type { ProductContainer, ProductMount, ProductState } from './state.ts';

/** Asks Docker for its containers; reads the mount tables only if one of them is of the product. */
export async function observeProduct(host: Session, params: ProductContainersParams): Promise<Observed<ProductState>> {
  const deadlineMs = milliseconds(params.docker_deadline);
  const answer = await readDockerState(host, { deadlineMs, want: 'all', asked: [] });
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'none') return { kind: 'known', state: nothing(undefined), gaps: [] };
  const { look } = answer;
  const trouble = whyUnsure(host.host, look);
  if (trouble !== undefined) return { kind: 'unknown', error: trouble };
  // Only now: a daemon that did not answer is not asked for its labels too.
  const isExact = (label: string) => label.includes('=');
  const exact = await selectLabelled(host, params.labels.filter(isExact), deadlineMs);
  if (exact.kind === 'unknown') return exact;
  const keys = params.labels.filter((label) => !isExact(label));
  const loose = await selectLabelled(host, keys, deadlineMs);
  if (loose.kind === 'unknown') return loose;
  const selection = selectProduct(look.state.containers, { exact: exact.ids, loose: loose.ids }, params);
  if (selection.product.length === 0) return { kind: 'known', state: nothing(look), gaps: [] };
  return lookIntoNamespaces(host, look, selection, params);
}

async function lookIntoNamespaces(
  host: Session,
  look: DockerLook,
  { product, projects }: Selection,
  params: ProductContainersParams,
): Promise<Observed<ProductState>> {
  const ids = product.map(({ container }) => container.id);
  const [scan, tasks] = await Promise.all([scanMounts(host, { all: true }), findContainerTasks(host, ids)]);
  if (scan.kind === 'unknown') return scan;
  if (tasks.kind === 'unknown') return tasks;
  const { view } = scan;
  const { containers } = look.state;
  const chosen = new Set(ids);
  const neighbours = containers.filter((each) => isLiving(each) && !chosen.has(each.id));
  const { bystanders, unseen } = bystandersOf(neighbours, view);
  const unreadable = view.unreadable.map(({ pid, why }): Gap => {
    return { what: pid > 0 ? `process ${pid}` : 'a process', why };
  });
  const state = { ...nothing(look), product, projects, view, tasks: tasks.tasks, bystanders };
  const held = mountsToRelease(view, containers, product, params);
  return { kind: 'known', state: { ...state, held }, gaps: [...unreadable, ...unseen] };
}

/** Mounts of what does not run of the product, wherever they are; and in its monitors those of everybody else. */
export function mountsToRelease(
  view: MountView,
  containers: readonly ContainerState[],
  product: readonly ProductContainer[],
  { state }: Pick<ProductContainersParams, 'state'>,
): readonly ProductMount[] {
  const living = containers.filter(isLiving);
  const gone = containers.filter((each) => !isLiving(each)).map(containerTarget);
  const own = new Set(product.flatMap(({ container }) => (isLiving(container) ? [] : [container.id])));
  const monitors = livingMonitors(product);
  const inside = new Map(
    view.namespaces
      .filter(({ inode }) => inode !== view.hostNamespace)
      .flatMap(({ inode, tasks }) =>
        monitors
          .filter(({ pid }) => tasks.some(({ tid }) => tid === pid))
          .map(({ id }): [number, string] => [inode, id]),
      ),
  );
  const { copies } = heldBy(new Set(inside.keys()), view, gone, living);
  const mounts = [...findLeaks(view, gone, living, containers).leaks, ...copies].flatMap(
    (leak): readonly ProductMount[] => {
      const status = statusOf(leak);
      const others = inside.has(leak.namespace) && inside.get(leak.namespace) !== leak.target.id;
      const wanted = own.has(leak.target.id) && (status === 'dead' || (state === 'absent' && !isDockers(leak)));
      return wanted || others ? [{ leak, status, ground: wanted ? 'own' : 'monitor' }] : [];
    },
  );
  return mounts;
}

/** What Docker has mounted itself, of a container that is only stopped, it unmounts itself. */
function isDockers({ holder }: LeakedMount): boolean {
  return holder.name === 'host' || holder.kind === 'dockerd' || holder.kind === 'containerd';
}

function statusOf({ target: { container } }: LeakedMount): ProductMount['status'] {
  if (container === undefined) return 'stopped';
  return isLiving(container) ? 'live' : container.dead || container.removing ? 'dead' : 'stopped';
}

function nothing(look: DockerLook | undefined): ProductState {
  const state = look?.state;
  return {
    docker:
      state === undefined ? undefined : { version: state.version, dataRoot: state.dataRoot, driver: state.driver },
    product: [],
    projects: [],
    listed: new Set(state?.containers.map(({ id }) => id)),
    view: undefined,
    held: [],
    tasks: [],
    bystanders: [],
  };
}
