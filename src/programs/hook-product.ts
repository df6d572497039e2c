import type { Program } from '../connection/session.ts';
import { CHECK_BYSTANDERS } from './check-bystanders.ts';
import { CONTAINER_STEP } from './container-step.ts';
import { DOCKER_STATE } from './docker-state.ts';
import { DOCKER_STATE_DISK } from './docker-state-disk.ts';
import { FIND_CONTAINER_TASKS } from './find-container-tasks.ts';
import { FIND_OBSTACLES } from './find-obstacles.ts';
import { FIND_OPENERS } from './find-openers.ts';
import { hookActProgram } from './hook-act.ts';
import text from './hook-product.sh';
import { PRODUCT_PLAN } from './product-plan.ts';
import { READ_PINNED } from './read-pinned.ts';
import { RELEASE_MOUNT } from './release-mount.ts';
import { REMOVE_CONTAINER } from './remove-container.ts';
import { SCAN_MOUNTS } from './scan-mounts.ts';
import { SELECT_LABELLED } from './select-labelled.ts';

/** The body of a compiled hook for a product and for monitors; it runs inside of the frame, never over a session. */
export const HOOK_PRODUCT: Program = hookActProgram('hook-product', text);

/** What it calls. */
export const HOOK_PRODUCT_CALLS: readonly Program[] = [
  DOCKER_STATE,
  DOCKER_STATE_DISK,
  SELECT_LABELLED,
  SCAN_MOUNTS,
  READ_PINNED,
  FIND_CONTAINER_TASKS,
  PRODUCT_PLAN,
  FIND_OPENERS,
  FIND_OBSTACLES,
  RELEASE_MOUNT,
  CONTAINER_STEP,
  REMOVE_CONTAINER,
  CHECK_BYSTANDERS,
];
