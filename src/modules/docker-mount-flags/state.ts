import type { Change } from '../../core/results.ts';
import type { DockerdProcess, DockerTopology } from '../../programs/docker-topology.ts';
import type { DockerUnitFiles, UnitFile } from '../../programs/docker-unit-files.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { Decision } from './decide.ts';
import type { MountFlags } from './flags.ts';
import type { MatrixFacts } from './matrix.ts';
import type { Configured } from './unit-edits.ts';

/** docker.service, as systemd has it and as its files say. */
export interface DockerUnit {
  readonly unit: UnitState;
  readonly files: DockerUnitFiles;
  /** In the order in which systemd applies them. */
  readonly ordered: readonly UnitFile[];
  /** What systemd has read; undefined if it prints what we cannot read. */
  readonly shown: Configured | undefined;
  readonly configured: Configured;
  /** Settings beside MountFlags= and PrivateMounts= that give dockerd a namespace of its own. */
  readonly otherSettings: readonly string[];
}

/** Why nothing can be written on this host, in words that stay true until somebody acts. */
export interface Verdict {
  readonly name: 'no-systemd' | 'no-unit' | 'masked' | 'snap' | 'rootless' | 'several' | 'unreadable' | 'read-only';
  readonly why: string;
  readonly hint: string;
}

/** All that the decision hangs on, and what it is. */
export interface MountFlagsState {
  /** False: there is neither a unit nor a daemon nor a client, so there is nothing to decide. */
  readonly docker: boolean;
  /** Undefined without systemd or without the unit. */
  readonly service: DockerUnit | undefined;
  readonly topology: DockerTopology;
  /** The daemon that docker.service runs, or the only one. */
  readonly dockerd: DockerdProcess | undefined;
  /** What the running dockerd lives by; undefined if none runs, or it could not be read. */
  readonly livedBy: MountFlags | undefined;
  readonly facts: MatrixFacts;
  readonly decision: Decision;
  readonly verdict: Verdict | undefined;
  /** Names of running containers whose mounts are in another namespace than the one where dockerd lives, or will. */
  readonly recreate: readonly string[];
}

/** One file written, patched or removed; or systemd made to read what is written already. */
export interface MountFlagsChange extends Change {
  readonly action: 'write' | 'remove' | 'reload';
  readonly path: string;
  /** The whole new text; only for `write`. */
  readonly text?: string;
  /** Whether the directory of drop-ins has to be made first. */
  readonly makeDirectory: boolean;
  readonly target: MountFlags;
  /** True for the last one: systemd shows the target after it. */
  readonly last: boolean;
}
