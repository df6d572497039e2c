import { HOURS, MINUTES, type Sign, type Subject } from './journal-sign.ts';

const device = (match: RegExpExecArray): Subject => ({ kind: 'device', name: match[1] ?? '' });

/** Messages of the kernel, by the file of its source that has them. */
export const KERNEL_SIGNS: readonly Sign[] = [
  {
    // kernel/hung_task.c
    id: 'hung-task',
    from: 'kernel',
    words: ['blocked for more than'],
    form: /task (.+:\d+) blocked for more than (\d+) seconds/,
    subject: (match) => ({ kind: 'task', name: match[1] ?? '' }),
    says: 'that a task was in state D for minutes',
    cause: 'the kernel saw a task stand still for minutes',
    remedy: 'Look at the lines after it in the log (dmesg): they have its kernel stack.',
    severity: 'warning',
    fresh: 3 * MINUTES,
  },
  {
    // drivers/md/dm-thin.c: process_delete_mesg
    id: 'thin-delete',
    from: 'kernel',
    words: ['Deletion of thin device'],
    form: /Deletion of thin device (\d+) failed/,
    subject: (match) => ({ kind: 'device', name: `thin device ${match[1]}` }),
    says: 'that a thin device could not be deleted',
    cause: 'a thin device of a removed container is still in use',
    remedy: 'Look what holds it (unbusy scan), and release it (unbusy run playbooks/sweep-dead.yml).',
    playbook: 'sweep-dead.yml',
    severity: 'warning',
    fresh: 10 * MINUTES,
  },
  {
    // drivers/md/dm-thin.c: notify_of_pool_mode_change
    id: 'thin-space',
    from: 'kernel',
    words: ['switching pool to'],
    form: /thin: (\S+): switching pool to (?:out-of-data-space|out-of-metadata-space|read-only|fail)/,
    subject: device,
    says: 'that a thin pool is full or broken, which keeps all writers waiting',
    cause: 'a thin pool is full or broken',
    remedy: 'Make room in the thin pool (lvs, dmsetup status), before anything else.',
    severity: 'critical',
    fresh: HOURS,
  },
  {
    // net/core/dev.c: netdev_wait_allrefs_any
    id: 'netdev',
    from: 'kernel',
    words: ['unregister_netdevice'],
    form: /unregister_netdevice: waiting for (\S+) to become free/,
    subject: device,
    says: 'that a network device of a container does not go',
    cause: 'a network device is still in use after its container ended',
    remedy:
      'Find what keeps the network namespace (a process, an NFS mount made inside of it); if nothing does, only a reboot frees it.',
    severity: 'warning',
    fresh: 5 * MINUTES,
  },
  {
    // net/sunrpc/clnt.c: call_timeout
    id: 'nfs-silent',
    from: 'kernel',
    words: ['not responding'],
    form: /nfs: server (\S+) not responding/,
    subject: (match) => ({ kind: 'server', name: match[1] ?? '' }),
    says: 'that an NFS server does not answer',
    cause: 'an NFS server does not answer',
    remedy: 'Bring the server back; if it is gone for good, umount -f what is mounted from it.',
    severity: 'warning',
    fresh: 15 * MINUTES,
  },
  {
    // fs/ceph/mds_client.c
    id: 'ceph-silent',
    from: 'kernel',
    words: ['ceph: mds'],
    form: /ceph: (mds\d+) hung/,
    subject: (match) => ({ kind: 'server', name: match[1] ?? '' }),
    says: 'that a metadata server of Ceph does not answer',
    cause: 'a metadata server of Ceph does not answer',
    remedy: 'Look at the health of the Ceph cluster.',
    severity: 'warning',
    fresh: 15 * MINUTES,
  },
  {
    // fs/ext4/super.c, fs/xfs/xfs_fsops.c, block/blk-core.c
    id: 'storage-error',
    from: 'kernel',
    words: ['EXT4-fs error', 'Shutting down filesystem', 'I/O error, dev'],
    form: /EXT4-fs error \(device ([^):]+)|XFS \(([^)]+)\): .*Shutting down filesystem|I\/O error, dev (\S+?),/,
    subject: (match) => ({ kind: 'device', name: match[1] ?? match[2] ?? match[3] ?? '' }),
    says: 'that a block device or its file system has errors',
    cause: 'errors of a block device or its file system',
    remedy: 'Look at the device (smartctl, multipath, the storage behind it), then at the file system.',
    severity: 'warning',
    fresh: 24 * HOURS,
  },
];
