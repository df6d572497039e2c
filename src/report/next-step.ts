import type { ErrorCode } from '../core/error-codes.ts';
import type { HostResult, RunReport, TaskStatus } from '../core/results.ts';
import { mainError } from './error-lines.ts';
import { foldHosts } from './fold-hosts.ts';

/** Gives the command of this run again, as it can be typed, with these parts of it changed. */
export type Again = (change: {
  readonly check?: boolean;
  /** A host pattern for -l. */
  readonly limit?: string;
  readonly acceptNewKeys?: boolean;
  /** Become root. */
  readonly become?: true;
  /** Ask for the password of sudo or doas. */
  readonly askBecomePassword?: true;
}) => string;

/** A longer pattern does not belong into a command line: the whole run again does the same. */
const LONGEST_LIMIT = 60;

const LEFT: ReadonlySet<TaskStatus> = new Set(['failed', 'unknown', 'unreachable', 'not-reached']);

/** What to type next, with the reason in front; empty if nothing is left to do. `resume` goes on with this run, if it is recorded. */
export function nextLines(report: RunReport, again: Again | undefined, resume?: string): readonly string[] {
  const left = report.hosts.filter((host) => LEFT.has(host.status));
  if (resume !== undefined && left.length > 0 && (again === undefined || endedEarly(report))) {
    const mend = report.stopped?.kind === 'rule' ? ', once what stopped it is mended' : '';
    return [
      `  next, to go on where it ended${mend} (what ended well is not touched again):`,
      `    ${resume}${anyOf(left, 'E_BECOME_PASSWORD') ? ' -K' : ''}`,
    ];
  }
  if (again === undefined) return [];
  const changes = report.hosts.flatMap((host) => host.tasks.flatMap((task) => task.changes));
  const unseen = changes.some((change) => change.unseen === true);
  if (left.length > 0) {
    // A command whose effect nobody can look at runs again, whether it had ended or not.
    const blind = unseen || changes.some((change) => change.outcome === 'unknown');
    const twice = blind ? 'each task looks first, where it can' : 'nothing is done twice';
    return [`  next, on what is left (${twice}):`, `    ${leftCommand(left, report, again)}`];
  }
  // Right after a run that put something off, the same run would put it off again.
  if (report.mode === 'check' && report.hosts.some((host) => host.status === 'would-change')) {
    return ['  next, to do exactly this kind of work:', `    ${again({ check: false })}`];
  }
  // A step that nobody can look at is planned again each time, so that a check would not end in 0.
  if (report.hosts.some((host) => host.status === 'changed') && !unseen) {
    return ['  next, to prove that nothing is left (exit 0):', `    ${again({ check: true })}`];
  }
  return [];
}

function endedEarly({ stopped, interrupted, hosts }: RunReport): boolean {
  return (
    stopped !== undefined ||
    interrupted ||
    hosts.some((host) => host.tasks.length === 0 && host.status === 'not-reached')
  );
}

function leftCommand(left: readonly HostResult[], report: RunReport, again: Again): string {
  const keysOnly = left.every((host) => host.error?.code === 'E_HOSTKEY_UNKNOWN');
  const limit = foldHosts(left.map((host) => host.host));
  const few = limit.length <= LONGEST_LIMIT && left.length < report.hosts.length;
  return again({
    ...(few ? { limit } : {}),
    ...(keysOnly ? { acceptNewKeys: true } : {}),
    ...(anyOf(left, 'E_PREFLIGHT_ROOT') ? { become: true } : {}),
    ...(anyOf(left, 'E_BECOME_PASSWORD') ? { askBecomePassword: true } : {}),
  });
}

/** The same command would end in the same way on a host where it lacks a flag. */
function anyOf(hosts: readonly HostResult[], code: ErrorCode): boolean {
  return hosts.some((host) => mainError(host)?.error.code === code);
}
