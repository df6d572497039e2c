import { CONTAINER_ID, container, HOST, HOURS, MINUTES, type Sign } from './journal-sign.ts';

/** The container that a handler of the API or an error is about. */
const NAMED = `(?:containers?[ /:=]+"?${CONTAINER_ID}.*)?`;

/** Messages of dockerd, containerd and CRI-O. */
export const RUNTIME_SIGNS: readonly Sign[] = [
  {
    // moby daemon/delete.go, 1.10 to 29; containerd and CRI-O say the second half only
    id: 'remove-busy',
    from: 'runtime',
    words: ['failed to remove root filesystem', 'evice or resource busy'],
    form: new RegExp(
      `${NAMED}(?:failed to remove root filesystem(?: (?:for |of )?${CONTAINER_ID})?|[dD]evice or resource busy)`,
    ),
    subject: (match) => container(match[1] ?? match[2]),
    says: 'that a container could not be removed because something holds its file system',
    cause: 'the file system of a container is held while it is removed',
    remedy: 'Look what holds it (unbusy scan), and release it (unbusy run playbooks/sweep-dead.yml).',
    playbook: 'sweep-dead.yml',
    severity: 'warning',
    fresh: HOURS,
    echoes: true,
    over: {
      says: 'was held while it was removed',
      cause: 'the file system of a container was held while it was removed',
    },
  },
  {
    // moby daemon/kill.go, 20.10.10 and 23.0
    id: 'no-exit-event',
    from: 'runtime',
    words: ['did not receive an exit event'],
    // Docker 20.10 also writes a line of its own before that of the handler.
    form: new RegExp(`Handler for .*?${NAMED}did not receive an exit event`),
    subject: (match) => container(match[1]),
    says: 'that a container did not end although it was killed',
    cause: 'a container does not end although it was killed',
    remedy: 'Look for its tasks in state D, and free what they wait for.',
    avoid: ['Stop, kill or remove it again: it was killed already.'],
    severity: 'warning',
    fresh: 'stuck',
  },
  {
    // moby daemon/kill.go: after SIGKILL; daemon/stop.go says "of signal 15" of every container that has its own mind about SIGTERM
    id: 'kill-ignored',
    from: 'runtime',
    words: ['failed to exit within'],
    form: new RegExp(`(?:${CONTAINER_ID} )?failed to exit within .* of kill(?:.*container=${CONTAINER_ID})?`),
    subject: (match) => container(match[1] ?? match[2]),
    says: 'that a container did not end within seconds after SIGKILL',
    cause: 'a container does not end although it was killed',
    remedy: 'Look for its tasks in state D, and free what they wait for.',
    avoid: ['Stop, kill or remove it again: it was killed already.'],
    severity: 'warning',
    fresh: 'stuck',
  },
  {
    // moby daemon/stop.go
    id: 'stop-again',
    from: 'runtime',
    words: ['failed to exit within'],
    form: new RegExp(`(?:${CONTAINER_ID} )?failed to exit within .* of signal(?:.*container=${CONTAINER_ID})?`),
    subject: (match) => container(match[1] ?? match[2]),
    says: 'that somebody stops the same container again and again',
    cause: 'somebody stops the same container again and again',
    remedy: 'Find who asks (kubelet, a script, a supervisor) and why the container does not end.',
    severity: 'warning',
    fresh: 'stuck',
    least: 3,
  },
  {
    // errno 24 in the words of the C library and of Go
    id: 'open-files',
    from: 'any',
    words: ['too many open files'],
    form: /too many open files/,
    subject: () => HOST,
    says: 'that open files ran out',
    cause: 'a daemon ran out of open files',
    remedy: 'Look what has them open (the daemon findings say), before a restart hides it.',
    severity: 'critical',
    fresh: 10 * MINUTES,
  },
];
