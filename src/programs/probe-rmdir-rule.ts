import type { Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { firstRecord } from './docker-records.ts';
import { EXIT } from './exit-numbers.ts';
import text from './probe-rmdir-rule.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = boundedProgram('probe-rmdir-rule', text);

const PROBE_SECONDS = 5;

/**
 * K0: a directory that is a mount point in any namespace cannot be removed (Linux before 3.18). K1: the sysctl
 * fs.may_detach_mounts decides (EL7 since 7.4). K2: it is removed, and what is mounted there elsewhere is detached.
 */
export type KernelClass = 'K0' | 'K1' | 'K2';

/** What the kernel did when it was tried. */
export interface RmdirRule {
  readonly class: KernelClass;
  /** True: rmdir of a directory that is a mount point in another namespace fails with EBUSY. */
  readonly busy: boolean;
  /** fs.may_detach_mounts, where it exists. */
  readonly knob?: number;
}

/** The rule; or why it could not be tried on this host; or why nothing is known of the trial. */
export type RmdirProbe =
  | { readonly kind: 'known'; readonly rule: RmdirRule }
  | { readonly kind: 'not-probed'; readonly why: string }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Tries the rule in two mount namespaces that are gone afterwards; the kernel's version is not asked for. */
export async function probeRmdirRule(session: Session): Promise<RmdirProbe> {
  const call = { program: PROGRAM, args: [String(PROBE_SECONDS)], deadlineMs: (3 * PROBE_SECONDS + 10) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const [rule = '', why = ''] = firstRecord(answer.records, 'rule') ?? [];
  if (rule !== 'busy' && rule !== 'detaches') return { kind: 'not-probed', why: printable(why).slice(0, 300) };
  return { kind: 'known', rule: classify(rule === 'busy', firstRecord(answer.records, 'knob')?.[0]) };
}

/** The class follows from what was seen: a knob that contradicts it does not decide. */
function classify(busy: boolean, knob: string | undefined): RmdirRule {
  if (knob === undefined || !/^\d+$/.test(knob)) return { class: busy ? 'K0' : 'K2', busy };
  const value = Number(knob);
  return { class: busy === (value === 0) ? 'K1' : busy ? 'K0' : 'K2', busy, knob: value };
}
