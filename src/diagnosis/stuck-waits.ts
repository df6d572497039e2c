import type { StuckTask } from './stuck-facts.ts';

/** What keeps a task: a closed set, told by the functions of its kernel stack. */
export type WaitKind =
  | 'paused'
  | 'vfork'
  | 'frozen'
  | 'nfs'
  | 'ceph'
  | 'cifs'
  | 'fuse'
  | '9p'
  | 'lustre'
  | 'cluster'
  | 'network'
  | 'block'
  | 'lock'
  | 'unknown';

/** What a task waits for, as far as its stack tells. `sure`: the functions that tell it were all seen. */
export interface Wait {
  readonly kind: WaitKind;
  readonly sure: boolean;
}

/** Functions that stand for one kind wherever they are in the stack; the first kind that matches wins, so what is special stands first. */
const BY_FRAME: readonly (readonly [WaitKind, RegExp])[] = [
  // kernel/freezer.c: also a paused container of cgroup v1, whose tasks count as state D.
  ['paused', /^(?:__refrigerator|get_frozen_task|do_freezer_trap|__cgroup_freez\w*)$/],
  ['nfs', /^(?:nfs[34]?_|_nfs|rpc_|__rpc_|xprt_|nlm)/],
  ['ceph', /^(?:ceph_|__ceph|rbd_)/],
  ['cifs', /^(?:cifs_|smb2_|SMB2_|compound_send_recv)/],
  ['fuse', /^(?:fuse_|__fuse|request_wait_answer)/],
  ['9p', /^(?:v9fs_|p9_)/],
  ['lustre', /^(?:ll_|ptlrpc_|cl_io_|osc_|ldlm_|mdc_)/],
  ['cluster', /^(?:gfs2_|ocfs2_|dlm_)/],
  ['network', /^(?:netdev_run_todo|netdev_wait_allrefs\w*|rtnl_lock\w*|unregister_netdevice\w*)$/],
];

/** fs/super.c and include/linux/fs.h, 3.6 to 6.x: who wants to write waits here while a file system is frozen. */
const WRITE_GATE = /^(?:__)?sb_(?:start|wait)\w*$/;

/** The same, where it is compiled into its caller: the gate is a percpu rwsem since 4.3. */
const PERCPU_GATE = /^(?:percpu_rwsem_wait|(?:__)?percpu_down_read\w*)$/;

/** Callers of the gate; other users of a percpu rwsem, such as the one around fork, are none of them. */
const WRITERS =
  /(?:write|truncate|fallocate|fsync|mkdir|mknod|unlink|rmdir|rename|symlink|link|open|create|chmod|chown|setattr|setxattr|utimes|splice|copy_file_range|sendfile|page_mkwrite|fault|aio|io_uring|journal_start|trans_alloc|inode_change|update_time)/;

const NO_WRITERS = /^(?:cgroup_|copy_process|exit_signals)/;

const FREEZERS = /^(?:freeze_super|thaw_super|freeze_bdev|thaw_bdev)/;

/** The parent of a vfork(2) waits for its child in fork itself; while it makes the child, copy_process is there too. */
const FORK = /^(?:wait_for_vfork_done|kernel_clone|_do_fork|do_fork)$/;

const BLOCK =
  /^(?:io_schedule\w*|bit_wait_io\w*|(?:__)?(?:folio|wait_on_page)_\w+|__wait_on_buffer|__wait_on_bit\w*|sync_inodes_sb|submit_bio\w*|blk\w*|blkdev\w*|bio_\w+|jbd2_\w+|xfs_(?:buf|log|ail)\w*|dm_\w+|md_\w+|raid\w+|balance_dirty_pages\w*|wb_wait\w*|submit_\w*bio\w*|btrfs_wait\w*|wait_current_trans)/;

const LOCK =
  /^(?:rwsem_down_\w+|__?mutex_lock\w*|mutex_lock\w*|(?:__)?down(?:_read|_write)?\w*|__down_common|percpu_\w+|__wait_rcu_gp|synchronize_\w+)$/;

/** What the stack of a task says of what it waits for; where there is none, only the innermost function is known. */
export function waitOf(task: Pick<StuckTask, 'waitsIn' | 'stack' | 'paused'>): Wait {
  const { waitsIn, stack } = task;
  if (task.paused === 'yes') return { kind: 'paused', sure: true };
  const frames = stack.length === 0 && waitsIn !== '' ? [waitsIn] : stack;
  const whole = stack.length > 0;
  const has = (form: RegExp) => frames.some((frame) => form.test(frame));
  if (frames.some((frame) => FREEZERS.test(frame) || WRITE_GATE.test(frame))) return { kind: 'frozen', sure: true };
  if (has(PERCPU_GATE) && !whole) return { kind: 'frozen', sure: false };
  if (has(PERCPU_GATE) && has(WRITERS) && !has(NO_WRITERS)) return { kind: 'frozen', sure: true };
  const named = BY_FRAME.find(([, form]) => has(form));
  if (named !== undefined) return { kind: named[0], sure: true };
  if (has(FORK) && !has(/^copy_process$/)) return { kind: 'vfork', sure: whole };
  if (has(BLOCK)) return { kind: 'block', sure: whole };
  if (has(LOCK)) return { kind: 'lock', sure: whole };
  // In a group that is not wholly frozen, it is the others that cannot be.
  return { kind: task.paused === 'partly' ? 'paused' : 'unknown', sure: false };
}
