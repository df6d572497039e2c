import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBase } from './base.ts';
import { mustRun } from './command.ts';
import { LabHost, type Materials } from './host.ts';
import type { HostOptions } from './host-options.ts';
import { ensureImages } from './images.ts';
import { startKeeper } from './keeper.ts';
import { ensurePrograms } from './programs.ts';
import type { Seat } from './seat.ts';

/** Real hosts on this machine, on a network of their own (10.77.SEAT.0/24). */
export interface Lab {
  readonly seat: Seat;
  readonly keyFile: string;
  /** Holds the keys of all hosts that were asked for, by address. */
  readonly knownHostsFile: string;
  /** The host of that name, up; booted the first time it is asked for. */
  host(options: HostOptions): Promise<LabHost>;
  /** Ends every host. Also happens by itself when this process ends in any other way. */
  close(): Promise<void>;
}

/** Takes a free lab of the machine; throws if all are up. */
export async function openLab(): Promise<Lab> {
  const keeper = await startKeeper();
  try {
    const materials = await prepare(keeper.seat);
    const hosts = new Map<string, LabHost>();
    return {
      seat: keeper.seat,
      keyFile: materials.keyFile,
      knownHostsFile: materials.knownHostsFile,
      async host(options) {
        const known = hosts.get(options.name);
        if (known && JSON.stringify(known.options) !== JSON.stringify(options)) {
          throw new Error(`lab host ${options.name} is up with other options`);
        }
        const host = known ?? (await newHost(options, hosts, materials));
        await host.start();
        return host;
      },
      close: () => keeper.end(),
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

async function prepare(seat: Seat): Promise<Materials> {
  const base = await ensureBase();
  const programs = await ensurePrograms();
  const images = await ensureImages(programs);
  const keyFile = join(seat.dir, 'key');
  for (const folder of ['hosts', 'mux', 'keys']) mkdirSync(join(seat.dir, folder), { recursive: true });
  await newKey(keyFile, 'ed25519');
  return { seat, base, programs, images, keyFile, knownHostsFile: join(seat.dir, 'known_hosts') };
}

async function newHost(options: HostOptions, hosts: Map<string, LabHost>, materials: Materials): Promise<LabHost> {
  const address = materials.seat.address(hosts.size);
  const host = new LabHost(options, address, materials);
  hosts.set(options.name, host);
  const keys = join(materials.seat.dir, 'keys', options.name);
  mkdirSync(keys, { recursive: true });
  for (const type of ['ed25519', 'ecdsa']) {
    const file = join(keys, `ssh_host_${type}_key`);
    await newKey(file, type);
    const [algorithm, key] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    appendFileSync(materials.knownHostsFile, `${address} ${algorithm} ${key}\n`);
  }
  return host;
}

async function newKey(file: string, type: string): Promise<void> {
  await mustRun('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'unbusy-lab', '-f', file]);
}
