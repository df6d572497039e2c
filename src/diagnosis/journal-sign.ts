import type { Severity } from '../core/findings.ts';

/** What a sign is about, as its line names it. */
export interface Subject {
  readonly kind: 'container' | 'pod' | 'device' | 'task' | 'server' | 'path' | 'host';
  readonly name: string;
}

/** A message that tells something to who knows it. It only ever leads to advice: texts change with versions, and anybody may write a log. */
export interface Sign {
  readonly id: string;
  readonly from: 'kernel' | 'runtime' | 'kubelet' | 'any';
  /** Words that stand in each such line, by which the host looks for it. */
  readonly words: readonly string[];
  readonly form: RegExp;
  /** What the line is about, from the match. */
  subject(match: RegExpExecArray): Subject;
  /** What the log says; the subjects stand behind it. */
  readonly says: string;
  readonly cause: string;
  readonly remedy: string;
  readonly avoid?: readonly string[];
  readonly playbook?: string;
  readonly severity: Severity;
  /** So long after its last line it still counts as going on; then it is told as history. `stuck`: while its container has a task in state D, with the verdict about that, and history after. */
  readonly fresh: number | 'stuck';
  /** Fewer lines than this about one subject say nothing. */
  readonly least?: number;
  /** Its writer has more than one line for an event, of which only one names the subject. */
  readonly echoes?: true;
  /** How it is told once its container is gone: what was with it, and the cause in the past tense. */
  readonly over?: { readonly says: string; readonly cause: string };
}

/** A sign that no subject is named in. */
export const HOST: Subject = { kind: 'host', name: '' };

/** An id of a container or sandbox, whole or its first digits, as a group of a regular expression. */
export const CONTAINER_ID = '([0-9a-f]{12,64})';

/** The container of that id; the host if the line names none. */
export function container(id: string | undefined): Subject {
  return id === undefined ? HOST : { kind: 'container', name: id };
}

/** Milliseconds. */
export const MINUTES = 60_000;
/** Milliseconds. */
export const HOURS = 60 * MINUTES;
