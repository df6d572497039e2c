import type { LeakTarget } from './leak.ts';
import type { MountView } from './model.ts';
import { isWithin } from './paths.ts';
import { treesOf } from './tree.ts';

/** A block device by number and kernel name, and how it stands to the one that was asked about. */
export interface BlockDevice {
  /** major:minor. */
  readonly number: string;
  /** As the kernel has it: loop0, dm-3. */
  readonly name: string;
  /** Paths below /dev that it is known by. */
  readonly names: readonly string[];
  /** partition of it, holder (built upon it), disk that it is a part of, slave that it is built upon; self: the one that is asked about. */
  readonly relation: 'self' | 'partition' | 'holder' | 'disk' | 'slave';
  /** Kernel name of the device that the relation is to. */
  readonly of: string;
}

/** A device, all that stands upon it, and who has one of them open. */
export interface DeviceStack {
  /** As the user wrote it. */
  readonly asked: string;
  readonly devices: readonly BlockDevice[];
  /** Every loop device of the host, with its backing file as the kernel tells it. */
  readonly loops: readonly { readonly number: string; readonly name: string; readonly file: string }[];
  readonly swaps: readonly string[];
  /** Processes with an open file on one of the devices; a mount is none. */
  readonly openers: readonly {
    readonly pid: number;
    readonly command: string;
    readonly state: string;
    readonly fd: string;
    readonly number: string;
  }[];
  readonly moreOpeners: number;
  /** Not every open file could be looked at. */
  readonly partial: boolean;
}

/** The devices whose mounts keep the one that is asked about busy: itself, its partitions, and all that stands upon them. */
export function busyDevices({ devices }: DeviceStack): readonly BlockDevice[] {
  return devices.filter(({ relation }) => relation !== 'disk' && relation !== 'slave');
}

/**
 * What to look for in the mount tables: each number of the stack, and file systems that have a number of their own and name
 * one of its devices as their source (btrfs, zfs and others, stat(2) gives 0:N).
 */
export function deviceTargets(view: MountView, stack: DeviceStack): readonly LeakTarget[] {
  const busy = busyDevices(stack);
  const names = new Map(busy.flatMap((device) => device.names.map((name) => [name, device])));
  const targets = new Map(busy.map((device) => [device.number, targetOf(device.number, device)]));
  for (const { mounts = [] } of view.namespaces) {
    for (const { device, source } of mounts) {
      const named = device.startsWith('0:') ? names.get(source) : undefined;
      if (named !== undefined && !targets.has(device)) targets.set(device, targetOf(device, named));
    }
  }
  return [...targets.values()];
}

function targetOf(number: string, { names }: BlockDevice): LeakTarget {
  return { kind: 'device', id: number, name: names.at(-1) ?? number, tokens: [], paths: [] };
}

/** Loop devices whose backing file lies on a file system of the stack, as the host's table has it: they keep it busy as well. */
export function loopsUpon(view: MountView, stack: DeviceStack): DeviceStack['loops'] {
  const numbers = new Set(busyDevices(stack).map(({ number }) => number));
  const host = treesOf(view).find(({ namespace }) => namespace.inode === view.hostNamespace);
  return stack.loops.filter(({ file }) => {
    const covers = host?.mounts.filter(({ point }) => isWithin(file, point)) ?? [];
    const cover = [...covers].sort((a, b) => a.point.length - b.point.length).at(-1);
    return cover !== undefined && numbers.has(cover.device);
  });
}

/** What the host's own kernel or a process has of the device besides mounts, one line each. */
export function otherUsers(view: MountView, stack: DeviceStack): readonly string[] {
  const busy = busyDevices(stack);
  const nameOf = (number: string) => busy.find((each) => each.number === number)?.names.at(-1) ?? number;
  const names = new Set(busy.flatMap((device) => device.names));
  return [
    ...busy
      .filter(({ relation }) => relation === 'holder')
      .map((device) => `${device.names.at(-1) ?? device.name} is built upon ${device.of}`),
    ...loopsUpon(view, stack).map(({ name, file }) => `/dev/${name} has its backing file on it: ${file}`),
    ...stack.swaps.filter((name) => names.has(name)).map((name) => `the host swaps to ${name}`),
    ...stack.openers.map(({ pid, command, state, fd, number }) => {
      const stuck = state === 'D' ? ', state D' : '';
      return `${command} (pid ${pid}${stuck}) has ${nameOf(number)} open as fd ${fd}`;
    }),
    ...(stack.moreOpeners === 0 ? [] : [`and ${stack.moreOpeners} more open files`]),
    ...(stack.partial ? ['what else has it open could not be seen'] : []),
  ];
}
