import { mountsToRelease } from '../../../../src/modules/product-containers/observe.ts';
import {
  type ProductContainersParams,
  productContainersParams,
} from '../../../../src/modules/product-containers/params.ts';
import { selectProduct } from '../../../../src/modules/product-containers/select.ts';
import type { ProductState } from '../../../../src/modules/product-containers/state.ts';
import { isLiving } from '../../../../src/mounts/living.ts';
import type { ContainerState, MountView } from '../../../../src/mounts/model.ts';
import { bystandersOf } from '../../../../src/programs/bystanders.ts';
import type { LeftTask } from '../../../../src/programs/find-container-tasks.ts';
import { container, viewOf } from '../../../support/mount-view.ts';

const hex = (start: string) => start.padEnd(64, '0');
const PROJECT = 'com.docker.compose.project';

export const MONITOR = container({
  ...{ id: hex('cad'), mountId: hex('c1'), name: 'cadvisor', pid: 2000 },
  startedAt: '2026-01-01T00:00:09.5Z',
});
export const EXPORTER = container({
  ...{
    id: hex('e0de'),
    mountId: hex('e1'),
    name: 'shop-exporter',
    image: 'registry.example/prom/node-exporter:v1',
    pid: 2100,
  },
  startedAt: '2026-01-01T00:00:08Z',
});
export const DB = container({
  ...{ id: hex('db'), mountId: hex('d1'), name: 'shop-db', pid: 4000, startedAt: '2026-01-01T00:00:01Z' },
  labels: { [PROJECT]: 'shop' },
});
export const WEB = container({
  ...{ id: hex('beb'), mountId: hex('b1'), name: 'shop-web', pid: 4100, startedAt: '2026-01-01T00:00:02Z' },
  labels: { [PROJECT]: 'shop' },
});
export const OLD = container({
  ...{ id: hex('01d'), mountId: hex('0d1'), name: 'shop-old', status: 'dead', dead: true, pid: 0 },
  labels: { [PROJECT]: 'shop' },
});
export const BATCH = container({ id: hex('ba7c'), mountId: hex('ba1'), name: 'shop-batch', status: 'exited', pid: 0 });
export const NEIGHBOUR = container({ id: hex('ae1'), mountId: hex('a1'), name: 'other', pid: 3000 });
export const GONE_NEIGHBOUR = container({
  ...{ id: hex('9e1'), mountId: hex('91'), name: 'other-dead', status: 'dead', dead: true, pid: 0 },
});

export const overlay = (of: ContainerState): string =>
  `- overlay overlay rw,upperdir=/var/lib/docker/overlay2/${of.mountId}/diff,workdir=/w`;
export const merged = (of: ContainerState): string => `/var/lib/docker/overlay2/${of.mountId}/merged`;
/** Device of a container's root in these pictures. */
const DEVICE = new Map(
  [MONITOR, EXPORTER, DB, WEB, OLD, BATCH, NEIGHBOUR, GONE_NEIGHBOUR].map((of, at) => [of.id, `0:${30 + at}`]),
);

/** A line of a table: the root of a container, on another mount. */
export const copyOf = (of: ContainerState, id: number, parent: number, top = '/rootfs'): string =>
  `${id} ${parent} ${DEVICE.get(of.id)} / ${top}${merged(of)} rw ${overlay(of)}`;

const inode = ({ pid }: ContainerState) => pid / 10;

/** The namespace of a container that runs, with further lines of its table. */
export const spaceOf = (of: ContainerState, more: readonly string[] = []): string => `ns ${inode(of)} user 9
  task ${of.pid} ${of.pid} ${of.pid + 1} ${of.name.slice(0, 15)} /bin/${of.name} /docker/${of.id}
  ${of.pid} 1 ${DEVICE.get(of.id)} / / rw ${overlay(of)}
  ${more.join('\n')}
`;

/** A bind of / in a monitor; `tags` say how it propagates. */
export const bindOf = (of: ContainerState, tags = ''): string =>
  `${of.pid + 1} ${of.pid} 8:1 / /rootfs rw ${tags} - ext4 /dev/sda1 rw`;

/** A host on which these run, each with its root in the host's table, which is shared. */
export const hostOf = (running: readonly ContainerState[], more: readonly string[] = []): string => `host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  ${running.map((each, at) => `${10 + at} 1 ${DEVICE.get(each.id)} / ${merged(each)} rw shared:${20 + at} ${overlay(each)}`).join('\n')}
  ${more.join('\n')}
`;

/** What is on a host. */
export interface ProductHost {
  readonly containers: readonly ContainerState[];
  readonly picture: string;
  readonly labelled?: readonly ContainerState[];
  /** Chosen by a label that was given without a value. */
  readonly loose?: readonly ContainerState[];
  readonly tasks?: readonly LeftTask[];
  readonly unreadable?: MountView['unreadable'];
}

/** Parameters as a playbook gives them, with the defaults. */
export function paramsOf(given: Partial<ProductContainersParams> = {}): ProductContainersParams {
  return productContainersParams.parse({ names: ['shop-*', 'cadvisor'], ...given });
}

/** A state as observe would make it of such a host. */
export function stateOf(host: ProductHost, params: ProductContainersParams): ProductState {
  const { containers } = host;
  const view = { ...viewOf(host.picture), unreadable: host.unreadable ?? [] };
  const ids = (of: readonly ContainerState[] = []) => new Set(of.map(({ id }) => id));
  const labelled = { exact: ids(host.labelled), loose: ids(host.loose) };
  const { product, projects } = selectProduct(containers, labelled, params);
  const chosen = new Set(product.map((each) => each.container.id));
  const neighbours = containers.filter((each) => isLiving(each) && !chosen.has(each.id));
  return {
    docker: { version: '20.10.24', dataRoot: '/var/lib/docker', driver: 'overlay2' },
    product,
    projects,
    listed: new Set(containers.map(({ id }) => id)),
    view: product.length === 0 ? undefined : view,
    held: product.length === 0 ? [] : mountsToRelease(view, containers, product, params),
    tasks: host.tasks ?? [],
    bystanders: bystandersOf(neighbours, view).bystanders,
  };
}
