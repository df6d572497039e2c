import type { Holder } from '../core/findings.ts';
import { printable } from '../core/text.ts';
import type { LeakCause, LeakedMount } from './leak.ts';

/** A holder in a sentence: `container cadvisor`, `unit ntpd.service`, `process foo (pid 12)`. */
export function holderWords(holder: Holder): string {
  const name = printable(holder.name);
  if (holder.name === 'host' && holder.kind === 'process') return 'the host itself';
  if (holder.kind === 'pinned') return `a namespace that ${name} pins`;
  if (holder.kind === 'process') return holder.pid === undefined ? name : `process ${name} (pid ${holder.pid})`;
  if (holder.kind === 'shim' || holder.kind === 'containerd' || holder.kind === 'dockerd') {
    return `${name}${holder.pid === undefined ? '' : ` (pid ${holder.pid})`}`;
  }
  return `${holder.kind} ${name}`;
}

/** Why a namespace still has the mount: one phrase for each cause, so that hosts can be folded by it. */
export const CAUSE_WORDS: Readonly<Record<LeakCause, string>> = {
  'private-propagation': 'its copy of the mount is private, so it never hears of an unmount on the host',
  'private-tmp':
    'the service copied every mount when it was started (PrivateTmp=), and its copy did not hear of the unmount',
  'mount-flags-split': 'Docker runs in a mount namespace of its own (MountFlags=), apart from what it started before',
  'thread-namespace': 'one thread has a mount namespace of its own',
  'pinned-namespace': 'a file keeps a mount namespace alive in which no process lives',
  'still-mounted-on-host': 'it was never unmounted on the host',
  'process-of-container': 'a process of the container itself still lives',
  unknown: 'its cause could not be told',
};

/** What would keep it from coming back, by cause. */
export const REMEDY_WORDS: Readonly<Record<LeakCause, string>> = {
  'private-propagation': 'Release it, then start the holder with its binds as rslave (HostToContainer in Kubernetes).',
  'private-tmp':
    'Release it; then let the service hear of unmounts, or restart it (holder_propagation, private-tmp-holders.yml).',
  'mount-flags-split':
    'Release it, then remove MountFlags= from docker.service and restart the containers that are older than dockerd.',
  'thread-namespace': 'Release it, or restart the process.',
  'pinned-namespace': 'Release it, or remove what pins the namespace.',
  'still-mounted-on-host':
    'Release it if it is of a dead container; otherwise unmount it on the host, once nothing uses it.',
  'process-of-container': 'End the process first; if it is in state D, repair what it waits for.',
  unknown: 'Release it.',
};

/** Where the mount is, printable. */
export function place(leak: LeakedMount): string {
  return printable(leak.mount.point);
}
