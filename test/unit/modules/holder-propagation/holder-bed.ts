import type { HolderPropagationParams } from '../../../../src/modules/holder-propagation/params.ts';
import { holderPropagationParams } from '../../../../src/modules/holder-propagation/params.ts';
import type {
  HeldCopy,
  HeldService,
  HoldCause,
  HolderState,
} from '../../../../src/modules/holder-propagation/state.ts';
import { namespaceSettings } from '../../../../src/modules/holder-propagation/unit-facts.ts';
import type { MountNamespace } from '../../../../src/mounts/model.ts';
import { parseMountLine } from '../../../../src/mounts/mountinfo.ts';
import type { RunningService } from '../../../../src/programs/list-services.ts';
import type { UnitState } from '../../../../src/programs/systemd-unit-state.ts';
import { container } from '../../../support/mount-view.ts';

/** A unit that is active, with what is different about it. */
export function unit(
  name: string,
  properties: Readonly<Record<string, string>> = {},
  twist: Partial<UnitState> = {},
): UnitState {
  return {
    asked: name,
    id: name,
    loadState: 'loaded',
    activeState: 'active',
    subState: 'running',
    unitFileState: 'enabled',
    fragmentPath: `/lib/systemd/system/${name}`,
    dropInPaths: [],
    needsReload: false,
    mainPid: 700,
    mainStartMicros: 1,
    properties: new Map(Object.entries(properties)),
    ...twist,
  };
}

const hex = (start: string) => start.padEnd(64, '0');

/** A copy of a container's root in namespace 200. */
export function copy(kind: HeldCopy['kind'], cause: HoldCause, id = 52): HeldCopy {
  const name = kind === 'leaked' ? 'app' : 'web';
  const mount = parseMountLine(
    `${id} 50 0:${id} / /var/lib/docker/overlay2/${hex(name)}/merged rw - overlay overlay rw`,
  );
  if (mount === undefined) throw new Error('no mount');
  return { kind, cause, mount, namespace: 200, container: container({ id: hex(`c${id}`), name }) };
}

/** A service that holds these copies. */
export function held(of: UnitState, copies: readonly HeldCopy[], twist: Partial<HeldService> = {}): HeldService {
  const pid = of.mainPid;
  const namespace: MountNamespace = { inode: 200, tasks: [], taskCount: 1, pins: [], chrooted: false };
  return {
    unit: of,
    namespaces: [{ unit: of.asked, namespace, copies: [] }],
    copies,
    names: [of.asked, of.asked.replace('.service', ''), 'program'],
    task: { kind: 'unit', name: of.asked, pid, startTime: '77', namespace: 200 },
    settings: namespaceSettings(of),
    along: [],
    ...twist,
  };
}

/** A service as the list has it. */
export const running = (name: string, mainPid: number, twist: Partial<RunningService> = {}): RunningService => ({
  name,
  active: 'active',
  sub: 'running',
  type: 'simple',
  mainPid,
  start: `${mainPid}`,
  needsReload: false,
  ...twist,
});

/** A host with these holders. */
export function stateOf(holders: readonly HeldService[], twist: Partial<HolderState> = {}): HolderState {
  return {
    dataRoot: '/var/lib/docker',
    view: { hostNamespace: 100, ownNamespace: 100, namespaces: [], unreadable: [] },
    systemd: true,
    holders,
    services: [running('ntpd.service', 700), running('nginx.service', 900)],
    ...twist,
  };
}

/** Parameters as a playbook gives them, with the defaults. */
export function paramsOf(given: Partial<HolderPropagationParams> = {}): HolderPropagationParams {
  return holderPropagationParams.parse(given);
}
