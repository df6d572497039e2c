import type { Identity } from './monitors.ts';
import type { Problem } from './problem.ts';
import type { RunBind } from './run-options.ts';
import type { LinePlace } from './shell-place.ts';

/** A container that a file starts, and where its words could be added. */
export interface Site {
  readonly at: number;
  readonly identity: Identity;
  /** Started by the same words as others, in a loop. */
  readonly looped: boolean;
  readonly privileged: 'yes' | 'no' | 'absent';
  /** Where `privileged` goes, and as which text; or why it cannot go anywhere. */
  readonly privilege: { readonly at: number; readonly text: string } | Problem;
  readonly binds: readonly RunBind[];
  /** Something in it that cannot be read, where a bind might hide. */
  readonly unclear: Problem | undefined;
}

/** A file as it was read, whatever its format. */
export interface Subject {
  readonly text: string;
  readonly sites: readonly Site[];
  /** False: some of it could not be understood, and what else is said of it may be wrong. */
  readonly readable: boolean;
  /** Why nothing may be changed in it. */
  readonly problems: readonly Problem[];
  /** False where containers are started by something that is not in the file, such as `compose up`. */
  readonly complete: boolean;
  /** Where the line goes that remembers what was added, and with it the call of the hook. */
  readonly place: LinePlace | Problem;
  /** True if a comment of the file begins there. */
  isComment(at: number): boolean;
}

/** Reads a text; used again on each text that an edit makes. */
export type SubjectReader = (text: string) => Subject;
