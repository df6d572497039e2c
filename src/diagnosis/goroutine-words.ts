import { isVersion, vercmp } from '../core/vercmp.ts';
import type { GoroutineCause } from './goroutine-causes.ts';
import { upstreamVersion } from './versions.ts';

/** What is said of a cause: `doing` follows "N goroutines of dockerd". */
export interface CauseTexts {
  readonly doing: string;
  readonly why: string;
  readonly remedy: string;
  readonly avoid?: string;
}

type Texts = (context: { readonly version: string }) => CauseTexts;

const clients =
  (doing: string, what: string, remedy: string): Texts =>
  () => ({ doing, why: `clients keep ${what} open, each with a connection of dockerd`, remedy });

/** Words for the causes that can be too many; absent: it is judged elsewhere, or never too many. */
export const CAUSE_TEXTS: Readonly<Partial<Record<GoroutineCause, Texts>>> = {
  'kill-wait': killWait,
  'containerd-call': () => ({
    doing: 'wait for an answer of containerd',
    why: 'containerd does not answer dockerd',
    remedy:
      'Look at containerd: its state, its log, its shims; restart it only if it does nothing at all (containers keep running).',
    avoid: 'Restart dockerd for it: the new one waits for containerd as well.',
  }),
  'container-lock': () => ({
    doing: 'wait for the lock of a container',
    why: 'one request holds the lock of a container and does not come back, so that inspect, stop and ps wait',
    remedy: 'Find what the holder waits for: containerd, the storage driver, or a task in state D of that container.',
    avoid: 'Repeat docker inspect, stop or rm for that container: each one waits as well.',
  }),
  storage: () => ({
    doing: 'wait in the storage driver or for its lock',
    why: 'the storage driver does not come back: a thin pool, a disk or a mount that does not answer',
    remedy: 'Look at the data root: dmesg for device-mapper or I/O errors, tasks in state D, free space of the pool.',
    avoid: 'Remove containers or images meanwhile: each one waits behind the same lock.',
  }),
  'log-copy': () => ({
    doing: 'wait to write the log of a container',
    why: 'the log of a container cannot be written: its disk or its log driver does not take it, so that the container cannot end',
    remedy:
      'Look at the file system of the data root, or at the server of the log driver; mode=non-blocking keeps containers free of it.',
  }),
  exec: clients(
    'serve docker exec',
    'docker exec',
    'Find who starts them (health checks, probes, agents) and whether the commands in the containers end.',
  ),
  attach: clients(
    'serve docker attach',
    'docker attach',
    'Find the clients that attach, and end those that nobody reads.',
  ),
  'log-follow': clients(
    'serve docker logs -f',
    'docker logs -f',
    'Find the log agent that follows again and again, and restart that.',
  ),
  wait: clients(
    'serve docker wait',
    'docker wait',
    'Find the clients that wait, and whether their containers will ever end.',
  ),
  events: clients(
    'serve docker events',
    'docker events',
    'Find the agent that subscribes again and again, and restart that.',
  ),
  stats: clients('serve docker stats', 'docker stats', 'Find the monitor that asks without an end, and restart that.'),
  'idle-connection': clients(
    'wait for a request that does not come',
    'connections without a request',
    'Find who holds them (ss -xp on the host names both ends), and restart that.',
  ),
  unknown: () => ({
    doing: 'stand in',
    why: 'goroutines of dockerd pile up in a place that is not known to us',
    remedy: 'Look the function up among the issues of moby, keep the evidence, and restart dockerd at a quiet time.',
  }),
};

/** Whether they stay for good is a matter of the version: moby#41588 gave the wait an end. */
function killWait({ version }: { readonly version: string }): CauseTexts {
  const own = upstreamVersion(version);
  const mended = isVersion(own) && vercmp(own, '20.10.10') >= 0;
  const leak = mended ? '' : '; in this version each of them stays for good, with its connection';
  return {
    doing: 'wait for a container to end after SIGKILL',
    why: `containers do not end after SIGKILL, most often as a task of theirs is in state D${leak}`,
    remedy:
      'Find the task in state D and mend what it waits for (disk, NFS, a frozen file system); ' +
      (mended ? 'the waiting requests then end by themselves.' : 'then upgrade Docker to 20.10.10 or later.'),
    avoid: 'Repeat docker stop, kill or rm -f on such a container: each try adds more of them, and none ends it.',
  };
}
