import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import type { MountNamespace, MountView } from '../../mounts/model.ts';
import { namesOfTask, namesOfUnit } from '../../mounts/never-restarted.ts';
import type { ServiceCopy, ServiceNamespace } from '../../mounts/service-copies.ts';
import type { HolderWitness } from '../../programs/restart-holder.ts';
import { statPath } from '../../programs/stat-path.ts';
import { type UnitState, unitStates } from '../../programs/systemd-unit-state.ts';
import { lookAtTextFile } from '../../programs/text-file.ts';
import { dropInDirectory, dropInPath } from './drop-in.ts';
import type { HolderPropagationParams } from './params.ts';
import type { HeldCopy, HeldService, HoldCause } from './state.ts';
import { boundTo, hasPrivateFlags, namespaceSettings, UNIT_FACTS } from './unit-facts.ts';

/** What was found in the tables, to be completed by what systemd says. */
interface Found {
  readonly found: readonly ServiceNamespace[];
  readonly view: MountView;
  readonly params: HolderPropagationParams;
}

type Described =
  | { readonly kind: 'known'; readonly holders: readonly HeldService[]; readonly gaps: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** A chain of units that require each other is never longer in practice; what lies beyond would only be missing from a warning. */
const MAX_CHAIN = 8;

/** The services that hold, each with its unit and what depends on it. */
export async function describeHolders(host: Session, { found, view, params }: Found): Promise<Described> {
  const names = [...new Set(found.map(({ unit }) => unit))].sort();
  const units = new Map<string, UnitState>();
  let next: readonly string[] = names;
  for (let round = 0; round < MAX_CHAIN && next.length > 0; round++) {
    const look = await unitStates(host, next, UNIT_FACTS);
    if (!look.ok) return { kind: 'unknown', error: look.error };
    for (const unit of look.units) units.set(unit.asked, unit);
    next = [...new Set(look.units.flatMap(boundTo))].filter((name) => !units.has(name)).sort();
  }
  const holders: HeldService[] = [];
  for (const name of names) {
    const unit = units.get(name);
    if (unit === undefined) continue;
    const namespaces = found.filter((each) => each.unit === name);
    const holder = heldService(unit, namespaces, view, units);
    const wanted = params.remedy === 'propagation' && holder.copies.some(({ cause }) => cause === 'mount-flags');
    if (!wanted) {
      holders.push(holder);
      continue;
    }
    const directory = await statPath(host, { path: dropInDirectory(name), follow: false, hash: false, names: false });
    const file = await lookAtTextFile(host, dropInPath(name));
    if (!directory.ok) return { kind: 'unknown', error: directory.error };
    if (!file.ok) return { kind: 'unknown', error: file.error };
    holders.push({ ...holder, dropIn: { file: file.file, directory: directory.found } });
  }
  return { kind: 'known', holders, gaps: [] };
}

function heldService(
  unit: UnitState,
  namespaces: readonly ServiceNamespace[],
  view: MountView,
  units: ReadonlyMap<string, UnitState>,
): HeldService {
  const tasks = namespaces.flatMap(({ namespace }) => namespace.tasks);
  return {
    unit,
    namespaces,
    copies: namespaces.flatMap(({ namespace, copies }) => copies.map((copy) => heldCopy(copy, namespace, unit, view))),
    names: [...new Set([...namesOfUnit(unit.asked), ...namesOfUnit(unit.id), ...tasks.flatMap(namesOfTask)])],
    task: witnessOf(unit, namespaces),
    settings: namespaceSettings(unit),
    along: alongWith(unit, units),
  };
}

function witnessOf(unit: UnitState, namespaces: readonly ServiceNamespace[]): HolderWitness | undefined {
  const all = namespaces.flatMap(({ namespace }) => namespace.tasks.map((task) => ({ task, namespace })));
  const found = all.find(({ task }) => task.tid === unit.mainPid) ?? all[0];
  if (found === undefined) return undefined;
  const { task, namespace } = found;
  return { kind: 'unit', name: unit.asked, pid: task.tid, startTime: task.startTime, namespace: namespace.inode };
}

function heldCopy(copy: ServiceCopy, namespace: MountNamespace, unit: UnitState, view: MountView): HeldCopy {
  return { ...copy, namespace: namespace.inode, cause: causeOf(copy, namespace, unit, view) };
}

function causeOf({ cause }: ServiceCopy, namespace: MountNamespace, unit: UnitState, view: MountView): HoldCause {
  if (cause !== 'private-copy') return cause;
  const elsewhere = view.namespaces.some(
    (each) => each.inode !== namespace.inode && each.tasks.some((task) => task.tid === unit.mainPid),
  );
  if (elsewhere) return 'own-namespace';
  return hasPrivateFlags(unit) ? 'mount-flags' : 'older-copy';
}

/** Everything that hangs on it, near and far, and is up. */
function alongWith(unit: UnitState, units: ReadonlyMap<string, UnitState>): readonly UnitState[] {
  const names = new Set<string>();
  const queue = [...boundTo(unit)];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const bound = units.get(name);
    if (names.has(name) || name === unit.asked || bound === undefined) continue;
    names.add(name);
    queue.push(...boundTo(bound));
  }
  return [...names].sort().flatMap((name) => {
    const bound = units.get(name);
    return bound === undefined || ['inactive', 'failed'].includes(bound.activeState) ? [] : [bound];
  });
}
