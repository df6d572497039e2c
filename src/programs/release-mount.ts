import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep, type StepAnswer } from './host-step.ts';
import { namespaceProgram } from './namespace-tools.ts';
import text from './release-mount.sh';

/** One mount in one namespace, as it was looked at; the host compares all of it right before it acts. */
export interface MountWitness {
  /** Inode of the mount namespace. */
  readonly namespace: number;
  /** A file that leads into it: /proc/PID/ns/mnt, or what pins it. */
  readonly file: string;
  /** /proc/PID or /proc/PID/task/TID of the task it was taken from, and its start time; empty for a pinned namespace. */
  readonly task: string;
  readonly startTime: string;
  readonly id: number;
  readonly parent: number;
  /** Peer group of the parent; undefined if what happens below it goes nowhere. */
  readonly parentShared: number | undefined;
  readonly device: string;
  readonly root: string;
  readonly point: string;
  readonly fstype: string;
}

/** How to unmount. `lazy` is MNT_DETACH of umount(2). `tools` are tried in this order; the first that can do it at all does it. */
export interface ReleaseSettings {
  readonly mode: 'plain' | 'lazy';
  readonly seconds?: number;
  readonly tools?: readonly ('perl' | 'python' | 'umount' | 'busybox')[];
}

/** Unmounts one mount in one namespace; a compiled hook runs it too. */
export const RELEASE_MOUNT: Program = namespaceProgram('release-mount', text);

/** By falling safety: the first two compare, resolve the path and unmount in one process that never runs foreign code. */
const TOOLS = ['perl', 'python', 'umount', 'busybox'] as const;

const STEP_SECONDS = 20;

/** Unmounts exactly that mount, or nothing. `done` means that its id is gone from the table of its namespace. */
export function releaseMount(session: Session, witness: MountWitness, settings: ReleaseSettings): Promise<HostStep> {
  const seconds = settings.seconds ?? STEP_SECONDS;
  const args = [
    witness.file,
    String(witness.namespace),
    witness.task,
    witness.startTime,
    settings.mode,
    String(seconds),
    String(witness.id),
    String(witness.parent),
    witness.parentShared === undefined ? '-' : String(witness.parentShared),
    witness.device,
    witness.root,
    witness.point,
    witness.fstype,
    (settings.tools ?? TOOLS).join(' '),
  ];
  const what = `the unmount of ${printable(witness.point)} in namespace ${witness.namespace}`;
  const call = { program: RELEASE_MOUNT, args, deadlineMs: (2 * seconds + 20) * 1000 };
  return runHostStep(session, call, what, (answer) => readAnswer(session.host, what, answer));
}

function readAnswer(host: string, what: string, { code, records, say }: StepAnswer): HostStep {
  switch (code) {
    case EXIT.done:
      return { kind: 'done', note: `by ${say('tool')}` };
    case EXIT.busy: {
      const below = records
        .filter((record) => record.kind === 'below')
        .map((record) => printable(record.fields[0] ?? ''));
      return { kind: 'busy', by: below.length > 0 ? `mounts on it: ${below.join(', ')}` : 'open files (EBUSY)' };
    }
    case EXIT.denied:
      return { kind: 'denied', why: DENIED[say('errno')] ?? 'the host does not permit it' };
    default: {
      const reason = say('said') || (say('errno') === '' ? 'the mount is still there' : `errno ${say('errno')}`);
      return { kind: 'failed', error: new UnbusyError('E_VERIFY', `${what} did not work: ${reason}`, { host }) };
    }
  }
}

/** umount(2), setns(2): EPERM is 1, EINVAL 22; a mount that was found and still gives EINVAL is locked (mount_namespaces(7)). */
const DENIED: Readonly<Record<string, string>> = {
  '1': 'the host does not permit it (EPERM): a capability is missing, or a security module forbids it',
  '22': 'the mount is locked by a user namespace (EINVAL)',
};
