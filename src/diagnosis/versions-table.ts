import type { Severity } from '../core/findings.ts';
import type { Component } from './daemon-facts.ts';

/** Versions from `from` (included, absent: from the first) to `below` (excluded, absent: no release mends it). */
export interface VersionRange {
  readonly from?: string;
  readonly below?: string;
}

/** A fault that a version is known to have. */
export interface KnownFault {
  readonly id: string;
  readonly component: Component;
  readonly affected: readonly VersionRange[];
  /** Only versions that match, for what one distribution's builds have. */
  readonly only?: RegExp;
  readonly severity: Severity;
  /** What goes wrong, as a clause; equal on all hosts. */
  readonly fault: string;
  /** Releases that mend it, as people write them. */
  readonly mended: string;
  readonly avoid?: string;
  /** The shipped playbook that undoes what the fault leaves behind. */
  readonly playbook?: string;
  /** Where that is said: issue, pull request or release notes. */
  readonly source: string;
}

/** Faults that make daemons leak, hang or forget containers. Distributions may have mended one in a build of their own. */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    id: 'dockerd-endless-kill',
    component: 'dockerd',
    affected: [{ below: '20.10.10' }],
    severity: 'warning',
    fault:
      'each docker stop, kill or rm -f of a container that cannot die leaks two goroutines and a connection of dockerd for good',
    mended: '20.10.10 and 23.0',
    avoid: 'Repeat docker stop on a container that does not end: each try leaks more.',
    source: 'moby#41588, moby#41586 (backport bed624fdc9)',
  },
  {
    id: 'dockerd-event-stream',
    component: 'dockerd',
    affected: [{ from: '18.09', below: '20.10' }],
    severity: 'warning',
    fault:
      'dockerd can stop hearing of exits after its connection to containerd was disturbed, so that containers that ended stay "running"',
    mended: '20.10',
    source: 'moby#39513, moby#41227, moby#41341',
  },
  {
    id: 'dockerd-event-spin',
    component: 'dockerd',
    affected: [{ from: '18.09', below: '19.03.3' }],
    severity: 'info',
    fault: 'while containerd is away dockerd asks for its events again without a pause',
    mended: '19.03.3',
    source: 'moby#39513',
  },
  {
    id: 'dockerd-removal-flag',
    component: 'dockerd',
    affected: [{ from: '1.12', below: '28.2' }],
    severity: 'info',
    fault: 'a crash of dockerd during docker rm leaves the container marked as being removed, on disk',
    mended: '28.2',
    source: 'moby commit 854f3f62db',
  },
  {
    id: 'dockerd-private-layers',
    component: 'dockerd',
    affected: [{ below: '17.12.1' }, { from: '18.01', below: '18.03' }],
    severity: 'warning',
    fault:
      'services that start while containers run keep their root file systems, so that docker rm fails with "device or resource busy"',
    mended: '17.12.1 and 18.03',
    playbook: 'private-tmp-holders.yml',
    source: 'moby#36047, moby#36055',
  },
  {
    id: 'dockerd-layer-not-retained',
    component: 'dockerd',
    affected: [
      { from: '17.06', below: '17.12.1' },
      { from: '18.01', below: '18.03' },
    ],
    severity: 'info',
    fault: 'a second docker rm after a failed one fails with "layer not retained" until dockerd is restarted',
    mended: '17.12.1 and 18.03',
    playbook: 'sweep-dead.yml',
    source: 'moby#36160',
  },
  {
    id: 'dockerd-forgetful-rm',
    component: 'dockerd',
    affected: [{ below: '17.06' }],
    severity: 'warning',
    fault:
      'docker rm -f forgets a container whose files it could not remove; they stay on the disk and nothing names them',
    mended: '17.06',
    avoid: 'Use docker rm -f on a container that is busy.',
    source: 'moby#31012',
  },
  {
    id: 'dockerd-otel-memory',
    component: 'dockerd',
    affected: [{ from: '27.4.0', below: '27.4.1' }],
    severity: 'warning',
    fault: 'dockerd allocates memory without end for traces that nobody collects',
    mended: '27.4.1',
    source: 'moby#49079, release notes of Docker Engine 27.4.1',
  },
  {
    id: 'containerd-shim-leaks',
    component: 'containerd',
    affected: [{ below: '1.2.7' }],
    severity: 'warning',
    fault:
      'containerd and its shims leak goroutines and file descriptors, and a container whose first deletion was given up cannot be deleted',
    mended: '1.2.7',
    source: 'containerd#3264, containerd#3273, ttrpc#37, release notes of containerd 1.2.7',
  },
  {
    id: 'containerd-single-core',
    component: 'containerd',
    affected: [{ from: '1.2.12', below: '1.2.13' }],
    severity: 'warning',
    fault: 'containers and shims hang on hosts with one core',
    mended: '1.2.13',
    source: 'containerd#4025, release notes of containerd 1.2.13',
  },
  {
    id: 'containerd-eventfd',
    component: 'containerd',
    affected: [{ from: '1.3.0', below: '1.3.3' }],
    severity: 'warning',
    fault: 'each container leaks an eventfd of containerd',
    mended: '1.3.3',
    source: 'containerd#3961, release notes of containerd 1.3.3',
  },
  {
    id: 'containerd-exec-goroutines',
    component: 'containerd',
    affected: [{ below: '1.5.16' }, { from: '1.6.0', below: '1.6.12' }],
    severity: 'info',
    fault: 'kubectl exec with a terminal leaks goroutines of containerd',
    mended: '1.5.16 and 1.6.12',
    source: 'CVE-2022-23471, GHSA-2qjp-425j-52j9',
  },
  {
    id: 'containerd-leaked-shims',
    component: 'containerd',
    affected: [{ from: '1.6.0', below: '1.6.24' }],
    severity: 'info',
    fault: 'under a high load of the disk the CRI plugin leaves shims behind whose pods are gone',
    mended: '1.6.24',
    source: 'containerd#9004, release notes of containerd 1.6.24',
  },
  {
    id: 'containerd-shims-stay',
    component: 'containerd',
    affected: [{ from: '2.0.0', below: '2.0.6' }],
    severity: 'info',
    fault: 'some shims do not end with their containers',
    mended: '2.0.6',
    source: 'containerd#11741, release notes of containerd 2.0.6',
  },
  {
    id: 'runc-needless-freeze',
    component: 'runc',
    affected: [{ from: '1.0.0', below: '1.0.2' }],
    severity: 'info',
    fault:
      'with control groups of systemd, version 1, each update of a container freezes all its processes for a moment',
    mended: '1.0.2',
    source: 'runc#3167, release notes of runc 1.0.2',
  },
  {
    id: 'runc-leaked-fd',
    component: 'runc',
    affected: [{ from: '1.0.0-rc93', below: '1.1.12' }],
    severity: 'info',
    fault: 'runc leaks a file descriptor of the host into containers, through which they can leave their root',
    mended: '1.1.12',
    source: 'CVE-2024-21626',
  },
  {
    id: 'kernel-rmdir-rule',
    component: 'kernel',
    affected: [{ below: '3.18' }],
    // Those of EL7 may have been mended by a knob; that is probed elsewhere, not guessed by their version.
    only: /^(?!.*\.el7)/,
    severity: 'info',
    fault:
      'a directory that is a mount point in any mount namespace cannot be removed, so that any leaked mount makes docker rm fail',
    mended: '3.18',
    source: 'linux commit 8ed936b5671b, mount_namespaces(7)',
  },
  {
    id: 'kernel-kmem-accounting',
    component: 'kernel',
    affected: [{ from: '3.10.0', below: '3.10.0-1075' }],
    only: /\.el7/,
    severity: 'warning',
    fault:
      'kernel memory of containers that ended is never given back, until "SLUB: Unable to allocate memory" keeps new ones from starting',
    mended: '3.10.0-1075.el7 (CentOS 7.8)',
    source: 'runc#1725, kubernetes#61937, Red Hat bug 1507149',
  },
  {
    id: 'kubelet-forgotten-pod',
    component: 'kubelet',
    affected: [{ below: '1.22' }],
    severity: 'info',
    fault: 'a pod whose containers are gone already can stay Terminating until the kubelet is restarted',
    mended: '1.22',
    source: 'kubernetes#106734',
  },
];
