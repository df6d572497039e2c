/** Limits at which a measurement becomes a verdict; shares are between 0 and 1. */
export interface DaemonThresholds {
  readonly fdWarning: number;
  readonly fdCritical: number;
  /** Resident memory of one daemon in bytes. */
  readonly memoryWarning: number;
  readonly memoryCritical: number;
  readonly goroutineWarning: number;
  readonly goroutineCritical: number;
  /** Answer to /_ping, which takes no lock of the daemon. */
  readonly slowMs: number;
  readonly slowCriticalMs: number;
}

const GIB = 2 ** 30;

/** What is used where a playbook says nothing else. */
export const DAEMON_THRESHOLDS: DaemonThresholds = {
  // The share at which monitoring commonly calls, with hours left at the rate of a stuck container or two.
  fdWarning: 0.8,
  // From here on one burst of clients is enough, and accept(2) fails with EMFILE for everybody.
  fdCritical: 0.95,
  // A dockerd with hundreds of containers takes some 300 MB; 2 GiB are nothing that it needs.
  memoryWarning: 2 * GIB,
  // The kernel begins to look for victims on a host of usual size; in the field it was 26 GB.
  memoryCritical: 8 * GIB,
  // About ten for each running container and some thirty besides: 5000 would be 500 containers on one host.
  goroutineWarning: 5_000,
  goroutineCritical: 50_000,
  // Measured on a healthy daemon: below 20 ms; a second is what a client notices.
  slowMs: 1_000,
  // Half of the ten seconds after which many clients give up.
  slowCriticalMs: 5_000,
};
