import type { Finding } from '../../core/findings.ts';
import type { Change, Gap, Refusal } from '../../core/results.ts';
import type { LeakedMount, LeakSet, LeakTarget } from '../../mounts/leak.ts';

/** Everything that was seen of what was asked about. */
export interface WhyAnswer {
  readonly target: LeakTarget;
  readonly living: boolean;
  readonly leaks: readonly LeakedMount[];
  /** Copies of a living container's mounts that will leak. */
  readonly latent: LeakSet['latent'];
  /** Who has something of a mount open, by the mount. */
  readonly openers: ReadonlyMap<LeakedMount, string>;
  /** What a sweep would do to a dead container, and what it would refuse. */
  readonly plan: readonly Change[];
  readonly refusals: readonly Refusal[];
  /** What else keeps a dead container that no mount holds. */
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  /** A container that Docker does not know, in words. */
  readonly owner?: string;
  /** Who has a device in another way than by a mount, one line each. */
  readonly users?: readonly string[];
  /** What would do the plan, if it is not the sweep. */
  readonly playbook?: string;
}
