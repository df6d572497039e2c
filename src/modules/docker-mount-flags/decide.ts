import type { MountFlags } from './flags.ts';
import { MATRIX, type MatrixFacts, settingsOf } from './matrix.ts';

/** What the matrix says of a host. */
export type Decision =
  | {
      readonly kind: 'decided';
      readonly row: string;
      readonly wants: MountFlags | 'keep';
      readonly why: string;
      readonly advice: string;
      readonly risk: string;
      readonly source: string;
    }
  /** A row could not be told from what was seen. */
  | { readonly kind: 'undecided'; readonly row: string; readonly missing: readonly string[] };

/** The first row that holds. Nothing is decided past a row that might hold too. */
export function decide(facts: MatrixFacts): Decision {
  for (const row of MATRIX) {
    const holds = row.holds(facts);
    if (holds === false) continue;
    if (holds === undefined) return { kind: 'undecided', row: row.name, missing: missingFacts(facts) };
    const { name, wants, risk, source } = row;
    return { kind: 'decided', row: name, wants, why: row.why(facts), advice: row.advice(facts), risk, source };
  }
  return { kind: 'undecided', row: '', missing: missingFacts(facts) };
}

/** What could not be seen, in words. */
export function missingFacts(facts: MatrixFacts): readonly string[] {
  return [
    ...(facts.kernel === undefined ? ['how the kernel treats directories that are mounted elsewhere'] : []),
    ...(facts.containerd === 'unknown' ? ['who starts containerd'] : []),
    ...(facts.liveRestore === undefined ? ['whether live-restore is on'] : []),
    ...(facts.sharedUsers === undefined ? ['which containers send mounts to the host'] : []),
    ...(facts.version === '' ? ["Docker's version"] : []),
  ];
}

/** A reason why an explicit wish would break this host; its fact may also be one that could not be seen. */
export interface Conflict {
  readonly why: string;
  readonly source: string;
}

/** Why this value must not be set here; empty if nothing is known against it. */
export function conflictsWith(want: MountFlags, facts: MatrixFacts): readonly Conflict[] {
  if (want === 'unset') return [];
  const setting = settingsOf({ flags: want, privateMounts: false });
  const conflicts: Conflict[] = [];
  const add = (why: string, source: string) => conflicts.push({ why, source });
  if (facts.containerd === 'own-service') {
    add(
      `containerd is a service of its own: with ${setting} containers could not start`,
      'Docker Engine 18.09.0 release notes',
    );
  } else if (facts.containerd === 'unknown')
    add('it could not be seen who starts containerd', 'Docker Engine 18.09.0 release notes');
  if (facts.liveRestore === true) {
    add(
      `live-restore is on: with ${setting} a restarted dockerd would not see the mounts of running containers`,
      'Red Hat article 2938171',
    );
  } else if (facts.liveRestore === undefined)
    add('it could not be seen whether live-restore is on', 'Red Hat article 2938171');
  if (want !== 'shared') {
    const users = facts.sharedUsers;
    if (users === undefined) add('it could not be seen which containers send mounts to the host', 'rancher/rke#123');
    else if (users.length > 0)
      add(
        `${users.join(', ')} must send mounts to the host, and with ${setting} none would arrive there`,
        'rancher/rke#123',
      );
  }
  return conflicts;
}
