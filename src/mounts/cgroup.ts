import { components } from './paths.ts';

/** What the cgroup of a task says of it. */
export interface CgroupFacts {
  readonly containerId?: string;
  readonly unit?: string;
}

/**
 * Container and unit from the cgroup paths of a task as the host sees them (cgroups(7)), v1 or v2: the last component
 * with 64 hex digits (docker, cri-containerd, crio, libpod, bare ids of cgroupfs; also with a leaf below it), and the
 * *.service or *.scope with nothing but slices above it. What lies deeper belongs to another manager (of a user, of a
 * system container), whose unit may have the name of one of the host's. conmon runs beside its container, not in it.
 */
export function readCgroups(paths: readonly string[]): CgroupFacts {
  const named = paths.map(containerOf).find((id) => id !== undefined);
  const unit = paths.map(unitOf).find((name) => name !== undefined);
  return { ...(named === undefined ? {} : { containerId: named }), ...(unit === undefined ? {} : { unit }) };
}

function containerOf(path: string): string | undefined {
  const part = components(path).findLast((each) => ID.test(each));
  if (part === undefined || /^(?:crio|libpod)-conmon-/.test(part)) return undefined;
  return ID.exec(part)?.[1];
}

function unitOf(path: string): string | undefined {
  const first = components(path).find((each) => !each.endsWith('.slice'));
  return first !== undefined && /\.(?:service|scope)$/.test(first) ? first : undefined;
}

const ID = /(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])/;
