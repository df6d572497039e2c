import { spawnSync } from 'node:child_process';

/** True if this user may make mount namespaces here: as root, or by a user namespace. */
export const CAN_UNSHARE =
  spawnSync('unshare', [...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount', 'true'])
    .status === 0;
