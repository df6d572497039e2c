import type { ErrorCode } from '../core/error-codes.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import type { Finding } from '../core/findings.ts';
import type { ChangeReport, HostResult, RunReport, TaskResult, TaskStatus } from '../core/results.ts';
import type { Standing } from '../core/standing.ts';
import { shapeOf } from './causes.ts';
import { mainError, noteText } from './error-lines.ts';
import { lastFindings } from './last-findings.ts';
import { stopText } from './rollout-lines.ts';

const PROBLEMS: ReadonlySet<TaskStatus> = new Set(['failed', 'unknown', 'unreachable', 'not-reached']);

/** Kinds that nobody has to act upon; `cause` is advice about the host, and `gap` stands with what could not be seen. */
const HARMLESS: ReadonlySet<Finding['kind']> = new Set(['latent']);
const ELSEWHERE: ReadonlySet<Finding['kind']> = new Set(['cause', 'gap']);

/** What a run leaves standing, and what it did: trouble, findings, pending steps, gaps. Each once, in the order of the report. */
export function standingsOf(report: RunReport): readonly Standing[] {
  const all = [...runStandings(report), ...report.hosts.flatMap(hostStandings)];
  if (report.exitCode !== 0 && report.exitCode !== 3 && !all.some(({ trouble }) => trouble))
    all.push(ofRun(`exit:${report.exitCode}`, EXIT_CODES[report.exitCode as ExitCode] ?? `exit ${report.exitCode}`));
  return [...new Map(all.map((each) => [`${each.host}\0${each.id}`, each])).values()];
}

/** A host that is away keeps silent, or a router speaks for it, now this and now that: for who waits for it that is the same. */
const AWAY: ReadonlySet<ErrorCode> = new Set(['E_CONNECT_TIMEOUT', 'E_CONNECT_TCP']);

/** True if all of a host was looked at, so that what is not told of it any more is gone. */
export function wasSeenWhole({ status, error, tasks }: HostResult): boolean {
  if (error !== undefined || status === 'unknown' || status === 'not-reached' || status === 'unreachable') return false;
  return tasks.every(
    ({ status: each, gaps, error: failed }) =>
      each !== 'not-reached' && gaps.length === 0 && (failed === undefined || failed.code === 'E_REFUSED'),
  );
}

/** Something that is true of the whole run. */
export function ofRun(id: string, what: string, hint?: string): Standing {
  const base = { host: '', id: `run:${id}`, about: 'look', trouble: true, what, group: `run:${id}` } as const;
  return hint === undefined ? base : { ...base, hint };
}

function runStandings({ stopped, interrupted, exitCode }: RunReport): readonly Standing[] {
  return [
    ...(stopped === undefined ? [] : [ofRun(`stopped:${stopped.kind}`, `stopped: ${stopText(stopped)}`)]),
    ...(interrupted ? [ofRun('interrupted', 'the run was interrupted before its end')] : []),
    ...(exitCode === 124 ? [ofRun('deadline', 'the deadline of the run passed before its end')] : []),
  ];
}

function hostStandings(result: HostResult): readonly Standing[] {
  return [
    ...lookStandings(result),
    ...result.tasks.flatMap((task) => [...refusalStandings(task), ...gapStandings(task), ...changeStandings(task)]),
    ...findingStandings(result),
  ];
}

function lookStandings(result: HostResult): readonly Standing[] {
  const { host, status } = result;
  if (!PROBLEMS.has(status)) return [];
  const main = mainError(result);
  const base = { host, about: 'look', trouble: true } as const;
  if (main === undefined) {
    const note = noteText(result);
    return [{ ...base, id: `look:${status}`, what: `${status}: ${note}`, group: `${status} ${note}` }];
  }
  // Each refusal is told by itself.
  if (main.error.code === 'E_REFUSED') return [];
  const { code, message, hint } = main.error;
  const [line = ''] = message.split('\n');
  const where = main.task === undefined ? '' : ` in "${main.task.task}"`;
  const told = {
    what: `${status}${where}: ${code} ${line}`,
    group: `${status}${where} ${code} ${shapeOf(line, host)}`,
  };
  return [
    {
      ...base,
      id: `look:${status}:${AWAY.has(code) ? 'away' : code}${where}`,
      ...told,
      ...(hint === undefined ? {} : { hint }),
    },
  ];
}

function refusalStandings({ host, task, refusals, rescued }: TaskResult): readonly Standing[] {
  if (rescued === true) return [];
  return refusals.map(({ what, why, hint }) => ({
    ...{ host, id: `refused:${task}:${what}`, about: 'thing', trouble: true, hint },
    ...{ what: `refused: ${what}: ${why}`, group: `refused ${task} ${shapeOf(why, host)}` },
  }));
}

/** A process that cannot be read has another number each time; the same kind of gap is one. */
function gapStandings({ host, task, gaps }: TaskResult): readonly Standing[] {
  return gaps.map(({ what, why }) => {
    const group = `gap ${shapeOf(`${what}: ${why}`, host)}`;
    return { host, id: `${group} ${task}`, about: 'look', trouble: true, what: `not seen: ${what}: ${why}`, group };
  });
}

function findingStandings(result: HostResult): readonly Standing[] {
  const { host } = result;
  return lastFindings(result)
    .filter((finding) => !ELSEWHERE.has(finding.kind) && !isHeldInWaiting(finding))
    .map(({ id, kind, severity, title, cause, remedy, holder }) => ({
      ...{ host, id: `${kind}:${id}`, about: 'thing', what: title, hint: remedy },
      group: [kind, cause, holder?.kind, holder?.name].join(' '),
      trouble: !HARMLESS.has(kind) && severity !== 'info',
    }));
}

/**
 * A copy of what still runs is looked for only beside something dead. A run that has nothing to release does not see it, and
 * must not tell that it is gone; it comes and goes with each container, too.
 */
function isHeldInWaiting({ kind, holder }: Finding): boolean {
  return kind === 'latent' && holder !== undefined;
}

/** What was done, and what is still to be done; a plan beside findings says the same thing twice. */
function changeStandings({ host, task, changes, findings }: TaskResult): readonly Standing[] {
  const found = findings.some(({ kind }) => !ELSEWHERE.has(kind) && !HARMLESS.has(kind));
  return changes.flatMap((change): readonly Standing[] => {
    const { id, title, outcome } = change;
    const kind = id.split(':')[0] ?? id;
    const base = { host, id: `${task}:${id}`, trouble: false };
    if (outcome === 'changed')
      return [{ ...base, about: 'done', what: doneText(change), group: `done ${task} ${kind}` }];
    if (outcome === 'pending')
      return [{ ...base, about: 'thing', what: `put off: ${title}`, group: `put off ${task} ${kind}` }];
    if (outcome !== 'planned' || found) return [];
    return [{ ...base, about: 'thing', what: `would ${title}`, group: `would ${task} ${kind}` }];
  });
}

function doneText({ title, unseen, leaves = [] }: ChangeReport): string {
  const words = unseen === true ? `${title} (by its own word)` : title;
  return leaves.length === 0 ? words : `${words}; left to you: ${leaves.join('; ')}`;
}
