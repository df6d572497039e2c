import { describe, expect, it } from 'vitest';
import {
  busyDevices,
  type DeviceStack,
  deviceTargets,
  loopsUpon,
  otherUsers,
} from '../../../src/mounts/block-devices.ts';
import { viewOf } from '../../support/mount-view.ts';

const STACK: DeviceStack = {
  asked: '/dev/sdb',
  devices: [
    { number: '8:16', name: 'sdb', names: ['/dev/sdb'], relation: 'self', of: '' },
    { number: '8:17', name: 'sdb1', names: ['/dev/sdb1'], relation: 'partition', of: 'sdb' },
    { number: '253:0', name: 'dm-0', names: ['/dev/dm-0', '/dev/mapper/vg-data'], relation: 'holder', of: 'sdb1' },
    { number: '8:0', name: 'sda', names: ['/dev/sda'], relation: 'slave', of: 'sdb' },
  ],
  loops: [
    { number: '7:0', name: 'loop0', file: '/data/image' },
    { number: '7:1', name: 'loop1', file: '/database/image' },
  ],
  swaps: ['/dev/sdb1', '/dev/sda2'],
  openers: [{ pid: 9, command: 'qemu', state: 'D', fd: '3', number: '253:0' }],
  moreOpeners: 0,
  partial: false,
};

const VIEW = viewOf(`host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw - ext4 /dev/sda1 rw
  2 1 253:0 / /data rw - ext4 /dev/mapper/vg-data rw
  3 1 0:50 / /srv rw - btrfs /dev/sdb1 rw
  4 1 0:51 / /other rw - btrfs /dev/sdc rw`);

describe('a block device and what stands upon it', () => {
  it('is busy by its partitions and by what is built upon them, not by what it is built upon', () => {
    expect(busyDevices(STACK).map(({ name }) => name)).toEqual(['sdb', 'sdb1', 'dm-0']);
  });

  it('is looked for by every number of the stack, and by its name where a file system has a number of its own', () => {
    expect(deviceTargets(VIEW, STACK).map(({ id, name }) => [id, name])).toEqual([
      ['8:16', '/dev/sdb'],
      ['8:17', '/dev/sdb1'],
      ['253:0', '/dev/mapper/vg-data'],
      ['0:50', '/dev/sdb1'],
    ]);
  });

  it('is told with its other users: loops, swap, open files, each by name', () => {
    expect(loopsUpon(VIEW, STACK).map(({ name }) => name)).toEqual(['loop0']);
    expect(otherUsers(VIEW, STACK)).toEqual([
      '/dev/mapper/vg-data is built upon sdb1',
      '/dev/loop0 has its backing file on it: /data/image',
      'the host swaps to /dev/sdb1',
      'qemu (pid 9, state D) has /dev/mapper/vg-data open as fd 3',
    ]);
    expect(otherUsers(VIEW, { ...STACK, devices: [], loops: [], openers: [], swaps: [] })).toEqual([]);
  });
});
