import { dockerRestartParams } from '../../../../src/modules/docker-restart/params.ts';
import type { RestartState } from '../../../../src/modules/docker-restart/state.ts';
import type { RestartView } from '../../../../src/programs/docker-restart-state.ts';
import type { RunningContainer } from '../../../../src/programs/docker-running.ts';
import type { UnitState } from '../../../../src/programs/systemd-unit-state.ts';
import type { UndoEntry, UndoState, WatchedRestart } from '../../../../src/programs/undo-state.ts';

export const HOST_NS = 4026531841;
export const OTHER_NS = 4026532999;

/** Parameters as a playbook gives them. */
export const restartParams = (given: object = {}) => dockerRestartParams.parse(given);

/** A running container; its name is its id. */
export const container = (name: string, twist: Partial<RunningContainer> = {}): RunningContainer => ({
  id: name,
  name,
  status: 'running',
  pid: 100 + name.length,
  policy: 'no',
  autoRemove: false,
  execs: 0,
  health: '',
  addresses: [],
  shimNamespace: HOST_NS,
  ...twist,
});

/** What was kept of a file that was written before dockerd was started, which is at 5000 ticks. */
export const entry = (twist: Partial<UndoEntry> = {}): UndoEntry => ({
  key: 'k1',
  kind: 'file',
  path: '/etc/docker/daemon.json',
  boot: 'boot-1',
  ticks: 4000,
  asKeptSince: Number.NaN,
  keptSince: Number.NaN,
  epoch: 1_800_000_000,
  ...twist,
});

/** A restart that an earlier run made. */
export const watched = (twist: Partial<WatchedRestart> = {}): WatchedRestart => ({
  token: 'abc',
  reverting: false,
  deadline: 1_800_000_060,
  alive: true,
  keys: ['k1'],
  before: [],
  ...twist,
});

interface Twist {
  readonly unit?: Partial<UnitState> | null;
  readonly properties?: Readonly<Record<string, string>>;
  readonly view?: Partial<RestartView>;
  readonly undo?: Partial<UndoState>;
}

/** A host whose dockerd runs well, by its unit, in the host's namespace. */
export function restartState({ unit, properties, view, undo }: Twist = {}): RestartState {
  const daemon = { pid: 42, start: '5000', namespace: HOST_NS, unit: 'docker.service' };
  return {
    unit:
      unit === null
        ? undefined
        : {
            asked: 'docker.service',
            id: 'docker.service',
            loadState: 'loaded',
            activeState: 'active',
            subState: 'running',
            unitFileState: 'enabled',
            fragmentPath: '/lib/systemd/system/docker.service',
            dropInPaths: [],
            needsReload: false,
            mainPid: 42,
            mainStartMicros: 1,
            properties: new Map(
              Object.entries({
                KillMode: 'process',
                ExecStart: '{ path=/usr/bin/dockerd ; argv[]=dockerd }',
                ...properties,
              }),
            ),
            ...unit,
          },
    undo: { boot: 'boot-1', entries: [], watched: [], notes: [], rejected: [], ...undo },
    view: {
      epoch: 1_800_000_000,
      minuteOfDay: 600,
      hostNamespace: HOST_NS,
      daemons: [daemon],
      daemonPid: 42,
      arguments: ['/usr/bin/dockerd'],
      config: { kind: 'absent', text: '' },
      api: { kind: 'answered', why: '' },
      version: '20.10.24',
      liveRestore: false,
      containers: [],
      activities: [],
      unseen: [],
      ownContainer: undefined,
      ownNetwork: false,
      ownUnread: undefined,
      peer: undefined,
      ...view,
    },
  };
}

/** The same daemon in a namespace of its own. */
export const splitDaemon = { daemons: [{ pid: 42, start: '5000', namespace: OTHER_NS, unit: 'docker.service' }] };

/** A running daemon that keeps containers, and whose next start will do so too. */
export const LIVE: Partial<RestartView> = {
  liveRestore: true,
  config: { kind: 'read', text: '{"live-restore": true}' },
};
