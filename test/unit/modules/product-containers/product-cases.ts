import type { Applied, Verdict } from '../../../../src/modules/module.ts';
import type { ProductContainersParams } from '../../../../src/modules/product-containers/params.ts';
import type { ContainerState } from '../../../../src/mounts/model.ts';
import {
  BATCH,
  bindOf,
  copyOf,
  DB,
  EXPORTER,
  GONE_NEIGHBOUR,
  hostOf,
  MONITOR,
  merged,
  NEIGHBOUR,
  OLD,
  overlay,
  type ProductHost,
  spaceOf,
  WEB,
} from './product-bed.ts';

/** A host, what is asked, what was tried already, and what must be planned and refused. */
export interface ProductCase {
  readonly name: string;
  readonly host: ProductHost;
  readonly params?: Partial<ProductContainersParams>;
  readonly tried?: Readonly<Record<string, Applied | Verdict>>;
  /** Ids of the plan; a question mark stands after those that are only conditional. */
  readonly plan: readonly string[];
  /** Words that the refusals must hold, one entry each. */
  readonly refused?: readonly string[];
}

const stop = ({ id }: ContainerState) => `stop:${id}`;
const remove = ({ id }: ContainerState) => `remove:${id}`;
const again = ({ id }: ContainerState) => `remove-again:${id}`;
const maybe = (id: string) => `${id}?`;
const DONE: Applied = { kind: 'done' };
const BUSY: Applied = { kind: 'busy', by: 'du (pid 7)' };
const stopped = (of: ContainerState): ContainerState => ({ ...of, status: 'exited', pid: 0 });

/** Everything runs; the monitor has a private copy of / as it was when all the others ran. */
const RUNNING = [DB, WEB, NEIGHBOUR, MONITOR];
const spaces = (of: readonly ContainerState[]) => of.map((each) => spaceOf(each)).join('');
const monitorWith = (lines: readonly string[], tags = '') => spaceOf(MONITOR, [bindOf(MONITOR, tags), ...lines]);
const COPIES = [
  copyOf(DB, 2010, 2001),
  copyOf(WEB, 2011, 2001),
  copyOf(NEIGHBOUR, 2012, 2001),
  copyOf(MONITOR, 2013, 2001),
];
const full = (tags = ''): ProductHost => ({
  containers: RUNNING,
  picture: hostOf(RUNNING) + spaces([DB, WEB, NEIGHBOUR]) + monitorWith(COPIES, tags),
});
const COPY_STEPS = ['unmount:200:2012', 'unmount:200:2011', 'unmount:200:2010'];

/** The monitor is gone, the others run. */
const WITHOUT_MONITOR: ProductHost = {
  containers: [DB, WEB, NEIGHBOUR],
  picture: hostOf([DB, WEB, NEIGHBOUR]) + spaces([DB, WEB, NEIGHBOUR]),
};

/** A service of the host, no container, with private copies. */
const agent = (lines: readonly string[], tags = '') => `ns 500 user 9
  task 5000 5000 5 agent /agent /agent.service
  500 499 8:1 / / rw ${tags} - ext4 /dev/sda1 rw
  ${lines.join('\n')}
`;
const STOPPED = [stopped(DB), stopped(WEB)];
const afterStop = (lines: readonly string[], tags = ''): ProductHost => ({
  containers: [...STOPPED, NEIGHBOUR],
  picture: hostOf([NEIGHBOUR]) + spaces([NEIGHBOUR]) + agent(lines, tags),
});

/** The order in which a product goes. */
export const ORDER: readonly ProductCase[] = [
  { name: 'nothing is of the product', host: WITHOUT_MONITOR, params: { names: ['none'] }, plan: [] },
  {
    name: 'a monitor lets go of all others first, is stopped, and goes before the rest is stopped',
    host: full(),
    plan: [
      ...COPY_STEPS,
      stop(MONITOR),
      `${remove(MONITOR)}?`,
      `${stop(WEB)}?`,
      `${stop(DB)}?`,
      `${remove(WEB)}?`,
      `${remove(DB)}?`,
    ],
  },
  {
    name: 'only released: nothing is stopped',
    host: full(),
    params: { state: 'released' },
    plan: COPY_STEPS,
  },
  {
    name: 'a monitor that hears of unmounts holds nothing',
    host: full('master:1'),
    params: { state: 'released' },
    plan: [],
  },
  {
    name: 'a monitor that does not run is removed, then the others are stopped',
    host: { ...WITHOUT_MONITOR, containers: [...WITHOUT_MONITOR.containers, stopped(MONITOR)] },
    plan: [remove(MONITOR), ...[stop(WEB), stop(DB), remove(WEB), remove(DB)].map(maybe)],
  },
  {
    name: 'two monitors, one by its image: both are stopped before the first is removed',
    host: {
      containers: [MONITOR, EXPORTER, NEIGHBOUR],
      picture: hostOf([MONITOR, EXPORTER, NEIGHBOUR]) + spaces([EXPORTER, NEIGHBOUR]) + monitorWith([]),
    },
    plan: [stop(MONITOR), stop(EXPORTER), ...[remove(MONITOR), remove(EXPORTER)].map(maybe)],
  },
  {
    name: 'without a monitor the last started is stopped first',
    host: WITHOUT_MONITOR,
    plan: [stop(WEB), stop(DB), ...[remove(WEB), remove(DB)].map(maybe)],
  },
  {
    name: 'one is stopped, and Docker has it mounted still: none is removed while another runs',
    host: {
      containers: [DB, stopped(WEB), NEIGHBOUR],
      picture: hostOf([DB, WEB, NEIGHBOUR]) + spaces([DB, NEIGHBOUR]),
    },
    tried: { [stop(WEB)]: DONE },
    plan: [stop(DB), ...[remove(WEB), remove(DB)].map(maybe)],
  },
  { name: 'all are stopped, and nothing holds them', host: afterStop([]), plan: [remove(WEB), remove(DB)] },
  {
    name: 'a service has a private copy of one that was stopped',
    host: afterStop([copyOf(DB, 510, 500, '')]),
    plan: ['unmount:500:510', remove(WEB), `${remove(DB)}?`],
  },
  {
    name: 'only released: what does not run may be started again, and is left to others than monitors',
    host: afterStop([copyOf(DB, 510, 500, '')]),
    params: { state: 'released' },
    plan: [],
  },
  {
    name: 'only released: what is dead of the product goes, whoever holds it; what is dead of others does not',
    host: {
      containers: [OLD, GONE_NEIGHBOUR, NEIGHBOUR],
      picture:
        hostOf([NEIGHBOUR]) +
        spaces([NEIGHBOUR]) +
        agent([copyOf(OLD, 510, 500, ''), copyOf(GONE_NEIGHBOUR, 511, 500, '')]),
    },
    params: { state: 'released' },
    plan: ['unmount:500:510'],
  },
  {
    name: 'what the app itself holds of another one goes when it is stopped',
    host: {
      containers: [DB, stopped(WEB), NEIGHBOUR],
      picture: hostOf([DB, NEIGHBOUR]) + spaceOf(DB, [bindOf(DB), copyOf(WEB, 4010, 4001)]) + spaces([NEIGHBOUR]),
    },
    plan: [stop(DB), ...[remove(WEB), remove(DB)].map(maybe)],
  },
  {
    name: 'chosen by compose project',
    host: { ...WITHOUT_MONITOR, containers: [DB, { ...WEB, labels: {} }, NEIGHBOUR] },
    params: { names: [], compose_project: 'shop' },
    plan: [stop(DB), `${remove(DB)}?`],
  },
  {
    name: 'chosen by label',
    host: { ...WITHOUT_MONITOR, labelled: [NEIGHBOUR] },
    params: { names: [], labels: ['com.example.product=other'] },
    plan: [stop(NEIGHBOUR), `${remove(NEIGHBOUR)}?`],
  },
  {
    name: 'a dead and a stopped one, and a monitor that is none of the product',
    host: {
      containers: [OLD, BATCH, NEIGHBOUR, MONITOR],
      picture:
        hostOf([NEIGHBOUR, MONITOR]) +
        spaces([NEIGHBOUR]) +
        monitorWith([copyOf(OLD, 2010, 2001), copyOf(BATCH, 2011, 2001), copyOf(NEIGHBOUR, 2012, 2001)]),
    },
    params: { names: ['shop-*'] },
    plan: ['unmount:200:2011', 'unmount:200:2010', `${remove(BATCH)}?`, `${remove(OLD)}?`],
  },
];

const HOST_PEER = `90 1 0:32 / ${merged(DB)} rw ${overlay(DB)}`;

const OF_TWO_PROJECTS: ProductHost = {
  ...WITHOUT_MONITOR,
  containers: [DB, { ...NEIGHBOUR, labels: { 'com.docker.compose.project': 'other' } }],
};

/** What stands in the way of a step, and what does not. */
export const TROUBLE: readonly ProductCase[] = [
  {
    name: 'a container that does not stop is named and left, and the others go on',
    host: {
      ...WITHOUT_MONITOR,
      tasks: [{ containerId: WEB.id, tid: 4100, state: 'D', command: 'writer', waitsIn: 'percpu_rwsem_wait' }],
    },
    tried: { [stop(WEB)]: { kind: 'denied', why: 'tried to kill container, but did not receive an exit event' } },
    plan: [stop(DB), `${remove(DB)}?`],
    refused: ['it does not stop'],
  },
  {
    name: 'a monitor that does not stop: the others go all the same',
    host: full(),
    tried: {
      [stop(MONITOR)]: { kind: 'denied', why: 'no' },
      ...Object.fromEntries(COPY_STEPS.map((id) => [id, BUSY])),
    },
    plan: [stop(WEB), stop(DB), ...[remove(WEB), remove(DB)].map(maybe)],
    refused: ['it does not stop: no'],
  },
  {
    name: 'an unmount that something living would notice: its container stays, stopped',
    host: {
      ...afterStop([copyOf(DB, 510, 500, '')], 'shared:1'),
      picture: hostOf([NEIGHBOUR], [HOST_PEER]) + spaces([NEIGHBOUR]) + agent([copyOf(DB, 510, 500, '')], 'shared:1'),
    },
    plan: [remove(WEB)],
    refused: ['would be repeated elsewhere'],
  },
  {
    name: 'a copy in a monitor that an unmount would take from its owner: told if that is all that was asked',
    host: full('shared:1'),
    params: { state: 'released' },
    plan: [],
  },
  {
    name: 'what is busy keeps its container, and no other',
    host: afterStop([copyOf(DB, 510, 500, '')]),
    tried: { 'unmount:500:510': BUSY },
    plan: [remove(WEB)],
    refused: ['du (pid 7)'],
  },
  {
    name: 'what is busy may be detached',
    host: afterStop([copyOf(DB, 510, 500, '')]),
    params: { lazy: true },
    tried: { 'unmount:500:510': BUSY },
    plan: ['detach:500:510', remove(WEB), `${remove(DB)}?`],
  },
  {
    name: 'a live copy is never detached',
    host: full(),
    params: { state: 'released', lazy: true },
    tried: { 'unmount:200:2010': BUSY },
    plan: ['unmount:200:2012', 'unmount:200:2011'],
    refused: ['du (pid 7)'],
  },
  {
    name: 'a removal that failed half-way is asked for once more',
    host: { ...afterStop([]), containers: [{ ...stopped(DB), status: 'dead', dead: true }, NEIGHBOUR] },
    tried: { [remove(DB)]: { kind: 'denied', why: 'device or resource busy' } },
    plan: [again(DB)],
  },
  {
    name: 'and what held it is released before',
    host: {
      ...afterStop([copyOf(DB, 510, 500, '')]),
      containers: [{ ...stopped(DB), status: 'dead', dead: true }, NEIGHBOUR],
    },
    tried: { [remove(DB)]: { kind: 'denied', why: 'device or resource busy' } },
    plan: ['unmount:500:510', `${again(DB)}?`],
  },
  {
    name: 'it is asked for twice, not more',
    host: { ...afterStop([]), containers: [{ ...stopped(DB), status: 'dead', dead: true }, NEIGHBOUR] },
    tried: { [remove(DB)]: { kind: 'denied', why: 'busy' }, [again(DB)]: { kind: 'denied', why: 'busy again' } },
    plan: [],
    refused: ['busy again'],
  },
  {
    name: 'Docker said no, and the container is as it was',
    host: { ...afterStop([]), containers: [stopped(DB), NEIGHBOUR] },
    tried: { [remove(DB)]: { kind: 'denied', why: 'no' } },
    plan: [],
    refused: ['Docker did not remove it: no'],
  },
  {
    name: 'a container of a swarm service, and one of a pod',
    host: {
      ...WITHOUT_MONITOR,
      containers: [
        { ...DB, labels: { 'com.docker.swarm.service.name': 'shop_db' } },
        { ...WEB, labels: { 'io.kubernetes.pod.name': 'web-0', 'io.kubernetes.pod.namespace': 'shop' } },
        NEIGHBOUR,
      ],
    },
    plan: [],
    refused: ['pod shop/web-0', 'swarm service shop_db'],
  },
  {
    name: 'a wildcard that takes in another compose project',
    host: {
      ...WITHOUT_MONITOR,
      containers: [DB, WEB, { ...NEIGHBOUR, labels: { 'com.docker.compose.project': 'other' } }],
    },
    params: { names: ['*o*'] },
    plan: [],
    refused: ['several compose projects: other, shop'],
  },
  {
    name: 'a label without a value that takes in another compose project',
    host: { ...OF_TWO_PROJECTS, loose: [DB, NEIGHBOUR] },
    params: { names: [], labels: ['com.docker.compose.project'] },
    plan: [],
    refused: ['several compose projects: other, shop'],
  },
  {
    name: 'a label with its value may be on containers of several projects',
    host: { ...OF_TWO_PROJECTS, labelled: [DB, NEIGHBOUR] },
    params: { names: [], labels: ['com.example.product=shop'] },
    plan: [stop(DB), stop(NEIGHBOUR), ...[remove(DB), remove(NEIGHBOUR)].map(maybe)],
  },
  {
    name: 'the same, if that is wanted',
    host: { ...WITHOUT_MONITOR, containers: [DB, { ...NEIGHBOUR, labels: { 'com.docker.compose.project': 'other' } }] },
    params: { names: ['*o*'], everything: true },
    plan: [stop(DB), stop(NEIGHBOUR), ...[remove(DB), remove(NEIGHBOUR)].map(maybe)],
  },
  {
    name: 'a mount that is not to go lies on a copy in a monitor',
    host: {
      containers: RUNNING,
      picture:
        hostOf(RUNNING) +
        spaces([DB, WEB, NEIGHBOUR]) +
        monitorWith([...COPIES, `2020 2010 8:9 / /rootfs${merged(DB)}/data rw - ext4 /dev/sdz rw`]),
    },
    params: { state: 'released' },
    plan: ['unmount:200:2012', 'unmount:200:2011'],
    refused: ['mounts lie on it'],
  },
];
