import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { DeviceStack } from '../../mounts/block-devices.ts';
import type { KubeletMount } from '../../mounts/kubelet-mounts.ts';
import { findLeaks } from '../../mounts/leaks.ts';
import { isLiving } from '../../mounts/living.ts';
import type { MountView } from '../../mounts/model.ts';
import { type RuntimeOwner, runtimeOwners } from '../../mounts/runtime-owners.ts';
import { standingOf } from '../../mounts/runtime-standing.ts';
import { readBlockDevice } from '../../programs/block-device.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { tryExclusiveOpen } from '../../programs/exclusive-open.ts';
import { isIdle, NO_FACTS, type RuntimeLook, readRuntimeState } from '../../programs/runtime-state.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Observed } from '../module.ts';
import { directoriesOf } from './directories.ts';
import { guardMounts } from './guards.ts';
import type { LeakedMountsParams } from './params.ts';
import { protectedMounts } from './protected.ts';
import {
  askedWords,
  firstTargets,
  namedOwners,
  ownersToAsk,
  questionFor,
  targetsOf,
  volumesMeant,
} from './selection.ts';
import type { FirstLook, LeakedMountsState } from './state.ts';
import { unseenOf } from './unseen.ts';
import { watched } from './watched.ts';

type Unknown = { readonly kind: 'unknown'; readonly error: UnbusyError };

/** The mounts first, and only then what lives: what is being made at that moment is seen by the later look. */
export async function observeLeaks(host: Session, params: LeakedMountsParams): Promise<Observed<LeakedMountsState>> {
  if ([params.path, params.device, params.pod, params.container].includes('')) {
    const why = 'leaked_mounts was asked for an empty name';
    return {
      kind: 'unknown',
      error: new UnbusyError('E_USAGE', why, { host: host.host, hint: 'Name what is to be freed.' }),
    };
  }
  const first = await lookAround(host, params);
  if (first.kind === 'unknown') return first;
  const { view, containers, stack } = first.look;
  const owners = runtimeOwners(view);
  const targets = firstTargets(params, view, stack);
  const volumes = volumesMeant(view, targets);
  const meant = params.container === undefined ? ownersOf(view, owners, targets) : ownersToAsk(params, owners);
  const asked = await askRuntimes(host, params, meant, volumes);
  if (asked.kind === 'unknown') return asked;
  const { facts } = asked;
  const named = params.container === undefined ? meant : namedOwners(params, meant, facts);
  const judged = named.map((owner) => ({ owner, standing: standingOf(owner, facts) }));
  const wanted = params.container === undefined ? targets : targetsOf(view, named);
  const living = containers.filter(isLiving);
  const { leaks } = findLeaks(view, wanted, living, containers);
  const mounts = guardMounts(leaks, { view, judged, volumes: volumesMeant(view, wanted), facts });
  const directories = await directoriesOf(host, view, mounts);
  if (directories.kind === 'unknown') return directories;
  const device = stack === undefined ? undefined : await exclusive(host, stack);
  if (device?.kind === 'unknown') return device;
  const lives = watched(view, living);
  const shut = protectedMounts(view, wanted, leaks, living);
  const isUnseen = mounts.length + shut.length === 0 && (params.container === undefined || named.length === 0);
  const unseen = isUnseen ? await unseenOf(host, params, first.look) : undefined;
  if (unseen?.kind === 'unknown') return unseen;
  return {
    kind: 'known',
    state: {
      asked: askedWords(params),
      view,
      mounts,
      protected: shut,
      directories: directories.found,
      containers,
      bystanders: lives.bystanders,
      unseen,
      device: device?.device,
    },
    gaps: [...first.look.gaps, ...unreadable(view), ...lives.unseen],
  };
}

/** Nobody is asked where nothing depends on it. */
async function askRuntimes(
  host: Session,
  params: LeakedMountsParams,
  owners: readonly RuntimeOwner[],
  volumes: readonly KubeletMount[],
): Promise<RuntimeLook> {
  const question = questionFor(params, owners, volumes);
  if (isIdle(question)) return { kind: 'known', facts: NO_FACTS };
  const [deadlineMs, pauseMs] = [milliseconds(params.deadline), milliseconds(params.age)];
  return readRuntimeState(host, { ...question, deadlineMs, pauseMs });
}

async function lookAround(
  host: Session,
  { device, deadline }: LeakedMountsParams,
): Promise<{ readonly kind: 'known'; readonly look: FirstLook } | Unknown> {
  const [docker, scan, block] = await Promise.all([
    readDockerState(host, { deadlineMs: milliseconds(deadline), want: 'all', asked: [] }),
    scanMounts(host, { all: true }),
    device === undefined ? undefined : readBlockDevice(host, device),
  ]);
  if (docker.kind === 'unknown') return docker;
  if (scan.kind === 'unknown') return scan;
  if (block?.kind === 'unknown') return block;
  const silent = docker.kind === 'known' && docker.look.daemon !== 'answered' ? docker.look.state.silent : undefined;
  if (silent !== undefined) return { kind: 'unknown', error: silentError(host.host, silent) };
  // A number can be looked for in the tables although its device is gone; a name cannot.
  if (block?.kind === 'absent' && device?.startsWith('/')) {
    const hint =
      'Look at the spelling. If it is gone and still mounted, give MAJOR:MINOR, as field 3 of mountinfo has it.';
    return { kind: 'unknown', error: new UnbusyError('E_UNKNOWN', block.why, { host: host.host, hint }) };
  }
  return {
    kind: 'known',
    look: {
      view: scan.view,
      containers: docker.kind === 'known' ? docker.look.state.containers : [],
      stack: block?.kind === 'known' ? block.stack : undefined,
      gaps: docker.kind === 'known' ? docker.look.gaps : [],
    },
  };
}

/** Owners of what the targets find; without anybody living, as it is they who are to be judged. */
function ownersOf(
  view: MountView,
  owners: readonly RuntimeOwner[],
  targets: Parameters<typeof findLeaks>[1],
): readonly RuntimeOwner[] {
  const found = new Set(findLeaks(view, targets, []).leaks.map(({ mount }) => mount));
  return owners.filter(({ mounts }) => mounts.some(({ mount }) => found.has(mount)));
}

async function exclusive(
  host: Session,
  stack: DeviceStack,
): Promise<{ readonly kind: 'known'; readonly device: LeakedMountsState['device'] } | Unknown> {
  const self = stack.devices.find(({ relation }) => relation === 'self');
  const answer = self === undefined ? ({ kind: 'absent' } as const) : await tryExclusiveOpen(host, self.number);
  return answer.kind === 'unknown' ? answer : { kind: 'known', device: { stack, exclusive: answer } };
}

function silentError(host: string, why: string): UnbusyError {
  return new UnbusyError('E_DAEMON_SILENT', `Docker: ${printable(why)}; so it is not known which containers live`, {
    host,
    hint: 'Make the daemon answer again; then run this once more.',
  });
}

function unreadable(view: MountView): readonly Gap[] {
  return view.unreadable.map(({ pid, why }) => ({ what: pid > 0 ? `process ${pid}` : 'a process', why }));
}
