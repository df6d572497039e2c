import { milliseconds } from '../../config/duration-schema.ts';
import { CHECK_BYSTANDERS } from '../../programs/check-bystanders.ts';
import { DOCKER_STATE } from '../../programs/docker-state.ts';
import { DOCKER_STATE_DISK } from '../../programs/docker-state-disk.ts';
import { FIND_CONTAINER_TASKS } from '../../programs/find-container-tasks.ts';
import { FIND_OBSTACLES } from '../../programs/find-obstacles.ts';
import { FIND_OPENERS } from '../../programs/find-openers.ts';
import { HOOK_PLAN } from '../../programs/hook-plan.ts';
import { HOOK_SWEEP } from '../../programs/hook-sweep.ts';
import { READ_PINNED } from '../../programs/read-pinned.ts';
import { RELEASE_MOUNT } from '../../programs/release-mount.ts';
import { REMOVE_CONTAINER } from '../../programs/remove-container.ts';
import { REMOVE_MOUNT_POINT } from '../../programs/remove-mount-point.ts';
import { SCAN_MOUNTS } from '../../programs/scan-mounts.ts';
import { SELECT_LABELLED } from '../../programs/select-labelled.ts';
import type { HookPart } from '../module.ts';
import type { DeadContainersParams } from './params.ts';

/** The sweep for a compiled hook: the programs that a session runs, and hook-plan in the place of `plan`. */
export function hookOf(params: DeadContainersParams): HookPart {
  if (params.release.includes('restart_holder')) {
    return {
      cannot: 'a hook restarts nothing, and `release` has restart_holder',
      hint: 'Take it out of `release`, for instance with -e \'{"release": ["rmdir", "unmount"]}\'.',
    };
  }
  if (params.orphans) {
    return { cannot: 'a hook reports no orphans, and `orphans` is true', hint: 'Leave `orphans` out.' };
  }
  const seconds = Math.max(1, Math.ceil(milliseconds(params.docker_deadline) / 1000));
  return { program: HOOK_SWEEP, args: [String(seconds), ...hookWords(params)], calls: CALLS };
}

/** The parameters as words for hook-plan. */
export function hookWords(params: DeadContainersParams): readonly string[] {
  const { containers, release, never, remove, older_than } = params;
  const older = milliseconds(older_than) / 1000;
  return [
    ...(containers === 'all'
      ? []
      : containers.length === 0
        ? ['nobody']
        : containers.map((each) => `container=${each}`)),
    ...(older > 0 ? [`older=${older}`] : []),
    ...release.map((rung) => `rung=${rung}`),
    ...never.map((glob) => `never=${glob}`),
    ...(remove ? ['remove'] : []),
  ];
}

const CALLS = [
  DOCKER_STATE,
  DOCKER_STATE_DISK,
  SELECT_LABELLED,
  SCAN_MOUNTS,
  READ_PINNED,
  FIND_CONTAINER_TASKS,
  HOOK_PLAN,
  FIND_OPENERS,
  FIND_OBSTACLES,
  RELEASE_MOUNT,
  REMOVE_MOUNT_POINT,
  REMOVE_CONTAINER,
  CHECK_BYSTANDERS,
];
