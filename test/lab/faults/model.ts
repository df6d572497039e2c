/** A container as it was when it was started. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** The layer's name below overlay2, which is not the container's id. */
  readonly mountId: string;
  readonly merged: string;
  readonly pid: number;
}

/** How `docker rm -f` of one container ended, in Docker's own words. */
export interface Removal {
  readonly code: number;
  readonly error: string;
}

/** A container that Docker could not remove. */
export interface DeadContainer extends Container {
  readonly removal: Removal;
  /** What `docker ps -a` says: "Removal In Progress", or "Dead" after a restart of dockerd. */
  readonly status: string;
}

/** Something that has a mount namespace of its own. */
export interface Holder {
  readonly kind: 'container' | 'service' | 'shim' | 'thread' | 'pinned';
  /** Container name, unit, command or file, after the kind. */
  readonly name: string;
  /** Absent where no process is left. */
  readonly pid?: number;
  /** The thread that has the namespace, where it is not the leader. */
  readonly tid?: number;
  /** As /proc/PID/ns/mnt reads: `mnt:[4026532487]`. */
  readonly namespace: string;
  /** A shell command that prints the holder's mount table. */
  readonly table: string;
}

/** A holder and the places in its namespace where dead containers are still mounted. */
export interface HolderOfDead extends Holder {
  readonly mounts: readonly string[];
}

/** A fault that was planted and seen to be genuine. */
export interface PlantedLeak {
  readonly dead: readonly DeadContainer[];
  readonly holders: readonly HolderOfDead[];
}

/** Throws unless a statement about a planted fault holds: a scenario must not pass on a fault that is not there. */
export function genuine(statement: boolean, what: string, seen?: unknown): asserts statement {
  if (!statement) throw new Error(`fault not planted: ${what}${seen === undefined ? '' : `\n${String(seen)}`}`);
}
