import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { quotePosix } from '../../src/core/text.ts';
import { type NamespaceWorld, openNamespaceWorld } from './namespace-world.ts';

const SYSTEMCTL = readFileSync(resolve(import.meta.dirname, 'stand-in-systemctl.sh'), 'utf8');

/** The process that plays keeper.service. */
export const KEEPER = '$(cat /run/sd/pid)';

const DEAD = { name: 'old', image: 'app:1', status: 'dead', starts: ['keeper'] } as const;
const ALIVE = { name: 'alive', image: 'app:2', status: 'up', starts: [] } as const;

/**
 * A host of namespaces where keeper.service, with MountFlags= as given, still has a dead container's root, and a stand-in for
 * systemctl plays systemd.
 */
export async function openServiceWorld(scratch: string, flags: '' | 'private'): Promise<NamespaceWorld> {
  const world = await openNamespaceWorld({ host: 'bed', containers: [ALIVE, DEAD] }, scratch);
  const said = await world.run(`
    set -e
    mkdir -p /run/systemd/system /run/sd
    mount -t tmpfs etc /etc/systemd && mkdir /etc/systemd/system
    printf %s ${quotePosix(SYSTEMCTL)} >/usr/local/bin/systemctl
    chmod 755 /usr/local/bin/systemctl
    echo ${flags} >/run/sd/flags
    keeper=$(grep -lx keeper /proc/[0-9]*/comm)
    keeper=\${keeper%/comm}
    systemctl adopt "\${keeper#/proc/}"
    echo planted`);
  if (!said.includes('planted')) throw new Error(`the service was not planted: ${said}`);
  return world;
}
