import { isLiving } from '../../mounts/living.ts';
import type { ContainerState } from '../../mounts/model.ts';
import { nameOnList } from '../../mounts/never-restarted.ts';
import type { ProductContainersParams } from './params.ts';
import type { ProductContainer } from './state.ts';

const PROJECT = 'com.docker.compose.project';

/** What is of the product, in the order in which it goes, and the compose projects that a wildcard or a label without a value takes in if they are several. */
export interface Selection {
  readonly product: readonly ProductContainer[];
  readonly projects: readonly string[];
}

/** Ids of containers that carry one of the labels; `loose`: one that was given without a value. */
export interface Labelled {
  readonly exact: ReadonlySet<string>;
  readonly loose: ReadonlySet<string>;
}

/** Who is of the product. Pure. */
export function selectProduct(
  containers: readonly ContainerState[],
  { exact, loose }: Labelled,
  params: ProductContainersParams,
): Selection {
  const { names, compose_project: project, monitors } = params;
  const meant = (each: ContainerState) =>
    exact.has(each.id) ||
    loose.has(each.id) ||
    (project !== '' && each.labels[PROJECT] === project) ||
    nameOnList([each.name], names) !== undefined;
  const chosen = containers.filter(meant);
  const wild = names.filter((name) => /[*?]/.test(name));
  const projects = chosen
    .filter(({ id, name }) => loose.has(id) || nameOnList([name], wild) !== undefined)
    .flatMap(({ labels }) => labels[PROJECT] ?? []);
  const several = [...new Set(projects)].sort();
  const product = chosen.map((container): ProductContainer => {
    const owner = makerOf(container);
    return { container, monitor: isMonitor(container, monitors), ...(owner === undefined ? {} : { owner }) };
  });
  return { product: product.sort(inOrder), projects: params.everything || several.length < 2 ? [] : several };
}

/** By name, or by the last part of its image's name: registry.example/prom/node-exporter:v1 is node-exporter. */
function isMonitor({ name, image }: ContainerState, monitors: readonly string[]): boolean {
  const plain = (image.split('/').at(-1) ?? '').replace(/[:@].*/s, '');
  return nameOnList([name, plain], monitors) !== undefined;
}

/** What is removed here would come back: whoever made it has to be asked. */
function makerOf({ labels }: ContainerState): string | undefined {
  const service = labels['com.docker.swarm.service.name'];
  if (service !== undefined) return `swarm service ${service}`;
  const pod = labels['io.kubernetes.pod.name'];
  return pod === undefined ? undefined : `pod ${labels['io.kubernetes.pod.namespace'] ?? ''}/${pod}`;
}

/** Docker's times are of one length up to their fraction, which loses its zeros: without the Z, text compares as time does. */
function inOrder(a: ProductContainer, b: ProductContainer): number {
  if (a.monitor !== b.monitor) return a.monitor ? -1 : 1;
  const keys = ({ container }: ProductContainer) => [
    container.startedAt.replace(/Z$/, ''),
    container.name,
    container.id,
  ];
  const [start = '', name = '', id = ''] = keys(a);
  const [other = '', otherName = '', otherId = ''] = keys(b);
  if (start !== other) return start > other ? -1 : 1;
  return name === otherName ? compare(id, otherId) : compare(name, otherName);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Monitors of the product that run: what they have mounted of others is looked at. */
export function livingMonitors(product: readonly ProductContainer[]): readonly ContainerState[] {
  return product.flatMap(({ container, monitor }) => (monitor && isLiving(container) ? [container] : []));
}
