import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bystander } from '../bystanders.ts';
import { bystanders } from '../bystanders.ts';
import type { Ran } from '../command.ts';
import { inspect } from '../faults/containers.ts';
import { mountsOf } from '../faults/mounts.ts';
import type { LabHost } from '../host.ts';
import { source } from '../paths.ts';
import type { Unbusy } from '../unbusy.ts';

export const MONITORS = ['cadvisor', 'node-exporter'] as const;
export const SHOP = ['shop-db', 'shop-web'] as const;
const HOME = '/opt/shop';

/** The playbook that is shipped under this name. */
export const shipped = (name: string): string => join(source('../../playbooks'), name);

/** Puts the product's scripts on a host, and a neighbour's containers; no Node comes along. */
export async function bringShop(host: LabHost): Promise<void> {
  for (const name of ['install.sh', 'uninstall.sh'])
    await put(host, `${HOME}/${name}`, readFileSync(source(`product/${name}`), 'utf8'));
  await put(host, '/opt/old-docker/docker', readFileSync(source('product/old-docker.sh'), 'utf8'));
  await host.must(`
    ! command -v node
    docker run -d --name news-db --label com.example.product=news -v news-data:/data lab/busybox
    docker run -d --name news-web --label com.example.product=news lab/busybox
  `);
}

/** Writes an executable file on a host. */
export async function put(host: LabHost, path: string, text: string | Buffer): Promise<void> {
  await host.must(`mkdir -p "$(dirname ${path})"; cat >${path}; chmod 755 ${path}`, { input: text });
}

/** Starts one of the product's scripts with a docker that binds as it did before 17.12.1. */
export function start(host: LabHost, script: 'install.sh' | 'uninstall.sh'): Promise<Ran> {
  return host.sh(`PATH=/opt/old-docker:$PATH ${HOME}/${script}`);
}

/** Compiles a shipped playbook as a user does, and puts it where the product expects its hook. */
export async function shipHook(unbusy: Unbusy, host: LabHost, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unbusy-shop-'));
  try {
    const file = join(folder, 'hook.sh');
    const made = await unbusy.compile([shipped('pre-uninstall.yml'), '-o', file, ...args]);
    if (made.code !== 0) throw new Error(made.stderr);
    await put(host, `${HOME}/pre-uninstall.sh`, readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the shipped playbook for installers on the product's scripts. */
export function patch(unbusy: Unbusy, host: LabHost, given: object, ...args: readonly string[]) {
  const files = { install: `${HOME}/install.sh`, uninstall: `${HOME}/uninstall.sh`, hook: `${HOME}/pre-uninstall.sh` };
  return unbusy.playbook([host], shipped('patch-installer.yml'), [
    '-e',
    JSON.stringify({ ...files, ...given }),
    ...args,
  ]);
}

/** Mount points of the shop's and the neighbour's roots in both monitors. */
export async function copiesInMonitors(host: LabHost): Promise<readonly string[]> {
  const containers = await inspect(host, [...SHOP, 'news-db', 'news-web']);
  const monitors = await inspect(host, MONITORS);
  const tables = await Promise.all(monitors.map(({ pid }) => host.must(`cat /proc/${pid}/mountinfo`)));
  return tables.flatMap((table) => mountsOf(table, containers));
}

/** What the neighbour is, to be compared with toEqual. */
export async function neighbour(host: LabHost): Promise<readonly Bystander[]> {
  return (await bystanders(host)).filter(({ name }) => name.startsWith('news-'));
}

/** What lies on the disk for containers, their layers and volumes, without what dockerd keeps for itself. */
export async function storage(host: LabHost): Promise<string> {
  return host.must(`
    cd /var/lib/docker
    find containers volumes overlay2 image/overlay2/layerdb/mounts -xdev -mindepth 1 -maxdepth 1 -type d ! -name l | sort
    cat volumes/news-data/_data/* 2>/dev/null || :
  `);
}
