import type { Session } from '../connection/session.ts';
import type { Gap } from '../core/results.ts';
import { printable } from '../core/text.ts';
import type { ContainerState, MountView } from '../mounts/model.ts';
import { ownerWords, type RuntimeLeak, runtimeLeaks, suspects } from '../mounts/runtime-leaks.ts';
import { type RuntimeOwner, runtimeOwners } from '../mounts/runtime-owners.ts';
import { type RuntimeFacts, standingOf } from '../mounts/runtime-standing.ts';
import { type StrayVolume, strayLeaks, strayVolumes } from '../mounts/stray-volumes.ts';
import type { Survey } from '../mounts/survey.ts';
import { treesOf } from '../mounts/tree.ts';
import { NO_FACTS, readRuntimeState } from './runtime-state.ts';

/** What other runtimes than Docker left behind, on the tables that were read for Docker's sake. */
export interface RuntimeFindings {
  readonly leaks: readonly RuntimeLeak[];
  readonly volumes: readonly StrayVolume[];
  readonly facts: RuntimeFacts;
  /** Of whom it is not known whether they live, and why. */
  readonly gaps: readonly Gap[];
}

/** Nothing was left, or nothing was looked for. */
export const NOTHING_LEFT: RuntimeFindings = { leaks: [], volumes: [], facts: NO_FACTS, gaps: [] };

const DEADLINE_MS = 20_000;

/** Between the two looks at what lives; a container that is just being made is seen in the second. */
const PAUSE_MS = 1000;

/**
 * Asks nobody where the tables show nothing that may have leaked. `survey` tells what is Docker's, and is only made then.
 */
export async function lookAtRuntimes(
  session: Session,
  view: MountView,
  living: readonly ContainerState[],
  containers: readonly ContainerState[],
  survey: () => Survey,
): Promise<RuntimeFindings> {
  const trees = treesOf(view);
  const strays = strayVolumes(view, trees);
  const first = suspects(runtimeOwners(view, new Set(), trees));
  if (first.length + strays.length === 0) return NOTHING_LEFT;
  const owners = first.length === 0 ? [] : suspects(runtimeOwners(view, devicesOf(survey()), trees));
  const pods = [...new Set(strays.flatMap(({ place }) => place.podUid ?? []))];
  const answer = await readRuntimeState(session, {
    ...questionOf(owners),
    pods,
    deadlineMs: DEADLINE_MS,
    pauseMs: PAUSE_MS,
  });
  if (answer.kind === 'unknown') {
    const gap = { what: 'containers of containerd, podman and CRI-O', why: answer.error.message };
    return { ...NOTHING_LEFT, gaps: [gap] };
  }
  const { facts } = answer;
  const judged = owners.map((owner) => ({ owner, standing: standingOf(owner, facts) }));
  const ended = new Set(pods.filter((uid) => !facts.tasks.some(({ token }) => token === `pod${uid}`)));
  return {
    leaks: runtimeLeaks(view, judged, living, containers),
    volumes: strayLeaks(view, strays, ended, living, containers),
    facts,
    gaps: judged.flatMap(({ owner, standing }) =>
      standing.kind === 'unknown' ? [{ what: ownerWords(owner, facts), why: printable(standing.why) }] : [],
    ),
  };
}

function questionOf(owners: readonly RuntimeOwner[]) {
  const containers = owners.filter(({ kind }) => kind !== 'netns');
  const kinds = new Set(containers.map(({ kind }) => kind));
  return {
    ask: (['containerd', 'storage'] as const).filter((kind) => kinds.has(kind)),
    ids: [...new Set(containers.flatMap(({ id }) => id ?? []))],
    directories: [...new Set(containers.flatMap(({ layer }) => layer?.directory ?? []))],
    networks: owners.flatMap(({ kind, id }) => (kind === 'netns' && id !== undefined ? [id] : [])),
  };
}

/** File systems of Docker's own containers, of those that live and of those that do not. */
function devicesOf({ trees, identities }: Survey): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const tree of trees) {
    for (const mount of tree.mounts) if (identities.ownerOf(mount, tree) !== undefined) devices.add(mount.device);
  }
  return devices;
}
