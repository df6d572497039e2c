import { describe, expect, it } from 'vitest';
import { waitOf } from '../../../src/diagnosis/stuck-waits.ts';

const CALL = 'do_syscall_64 entry_SYSCALL_64_after_hwframe';

/** Stacks as kernels print them, the innermost function first. */
const STACKS: readonly (readonly [what: string, stack: string, kind: string])[] = [
  ['a writer, Linux 6.18', `percpu_rwsem_wait vfs_write ksys_write ${CALL}`, 'frozen'],
  ['a writer, Linux 3.10', '__sb_start_write vfs_write SyS_write system_call_fastpath', 'frozen'],
  ['a writer, Linux 4.19', `__percpu_down_read __sb_start_write do_iter_write ${CALL}`, 'frozen'],
  ['mkdir', `percpu_rwsem_wait mnt_want_write filename_create do_mkdirat ${CALL}`, 'frozen'],
  ['a mapped page', 'percpu_rwsem_wait ext4_page_mkwrite do_page_mkwrite do_fault handle_mm_fault', 'frozen'],
  ['fork beside the cgroup lock', `percpu_rwsem_wait cgroup_can_fork copy_process kernel_clone ${CALL}`, 'lock'],
  ['who freezes it', `freeze_super do_vfs_ioctl ${CALL}`, 'frozen'],
  ['NFS', `rpc_wait_bit_killable __wait_on_bit nfs4_do_call_sync nfs4_proc_getattr vfs_statx ${CALL}`, 'nfs'],
  ['NFS, in the page cache', `io_schedule folio_wait_bit_common nfs_file_fsync ${CALL}`, 'nfs'],
  ['Ceph', `ceph_mdsc_wait_request ceph_mdsc_do_request __ceph_do_getattr ${CALL}`, 'ceph'],
  ['FUSE', `request_wait_answer fuse_simple_request fuse_do_getattr ${CALL}`, 'fuse'],
  ['SMB', `cifs_call_async compound_send_recv ${CALL}`, 'cifs'],
  ['9p', `p9_client_rpc v9fs_vfs_getattr ${CALL}`, '9p'],
  ['a disk', `io_schedule folio_wait_bit_common filemap_read ext4_file_read_iter vfs_read ${CALL}`, 'block'],
  ['a journal', 'jbd2_log_wait_commit ext4_sync_file do_fsync', 'block'],
  ['a full thin pool', 'io_schedule dm_btree_del submit_bio_wait', 'block'],
  ['an inode lock', `rwsem_down_write_slowpath down_write ext4_buffered_write_iter vfs_write ${CALL}`, 'lock'],
  ['a network device', `netdev_wait_allrefs_any netdev_run_todo rtnl_dellink`, 'network'],
  ['the parent of a vfork', `wait_for_vfork_done kernel_clone __x64_sys_vfork ${CALL}`, 'vfork'],
  ['the freezer', '__refrigerator get_signal arch_do_signal_or_restart', 'paused'],
  ['something else', `msleep some_driver_ioctl ${CALL}`, 'unknown'],
];

const wait = (stack: string, paused: 'yes' | 'partly' | 'no' = 'no') => {
  const frames = stack.split(' ').filter((frame) => frame !== '');
  return waitOf({ waitsIn: frames[0] ?? '', stack: frames, paused });
};

describe('what a task waits for', () => {
  it.each(STACKS)('%s: %s', (_, stack, kind) => {
    expect(wait(stack).kind).toBe(kind);
  });

  it('is told with care by wchan alone', () => {
    const alone = (waitsIn: string) => waitOf({ waitsIn, stack: [], paused: 'no' });
    expect(alone('percpu_rwsem_wait')).toEqual({ kind: 'frozen', sure: false });
    expect(alone('__sb_start_write')).toEqual({ kind: 'frozen', sure: true });
    expect(alone('io_schedule')).toEqual({ kind: 'block', sure: false });
    expect(alone('')).toEqual({ kind: 'unknown', sure: false });
  });

  it('is nothing where its control group is frozen, whatever the stack; where only a part of that is, the stack may tell', () => {
    const sleeper = 'hrtimer_nanosleep common_nsleep __x64_sys_clock_nanosleep';
    const writer = 'percpu_rwsem_wait vfs_write ksys_write';
    expect([wait(sleeper, 'yes').kind, wait(sleeper, 'partly').kind]).toEqual(['paused', 'paused']);
    expect([wait(writer, 'partly').kind, wait(sleeper).kind]).toEqual(['frozen', 'unknown']);
  });
});
