import { formatDuration } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import type { StopReport } from '../core/results.ts';
import { type ConfirmRequest, type Danger, dangerWords, type PlannedBatch, type RolloutPlan } from '../core/rollout.ts';
import { printable } from '../core/text.ts';
import { errorText } from './error-lines.ts';
import { foldHosts, foldHostsWithin } from './fold-hosts.ts';
import type { Style } from './style.ts';

/** What of a rollout stays on the screen; `quiet` leaves only what went wrong. */
export function rolloutLines(event: RunEvent, style: Style, quiet: boolean): readonly string[] {
  switch (event.kind) {
    case 'host-lost':
      return [
        style.paint('bad', `${printable(event.host)}  does not answer after the soak: ${errorText(event.error)}`),
      ];
    case 'stopped':
      return [style.paint('bad', `Stopped: ${stopText(event.stop)}. Hosts at work go on; no further one is begun.`)];
    case 'rollout':
      return planLines(event.plan, style, quiet);
    case 'signatures-start':
      return quiet
        ? []
        : [`Reading the signatures of ${hostCount(event.hosts)}, to choose canaries; nothing is changed.`];
    case 'batch-start':
      return quiet ? [] : [style.paint('bold', `${printable(event.where)}: ${names(event.hosts)}`)];
    case 'soak-start':
      return quiet ? [] : [`Soaking ${formatDuration(event.ms)} before ${printable(event.next)}; ^C stops here.`];
    case 'confirm-end':
      return event.answer === undefined ? [] : [`Answer: ${event.answer}`];
    default:
      return [];
  }
}

function planLines(plan: RolloutPlan, style: Style, quiet: boolean): readonly string[] {
  const strangers = plan.unlike.map(({ host, why }) =>
    style.paint('warn', `${printable(host)}  its signature is unknown, so it comes last: ${printable(why)}`),
  );
  if (quiet) return strangers;
  const groups = plan.likenesses.map(
    ({ signature, canary, hosts }) =>
      `  canary ${printable(canary)} stands for ${hostCount(hosts.length)}: ${printable(signature)}`,
  );
  const tolerated = plan.tolerates === undefined ? '' : `; tolerated: ${plan.tolerates}`;
  return [
    `${plan.batches.length} ${plan.batches.length === 1 ? 'batch' : 'batches'}: ${plan.batches.map((batch, at) => batchText(batch, at === plan.batches.length - 1)).join(', ')}${tolerated}`,
    ...groups,
    ...strangers,
  ];
}

function batchText({ kind, hosts, soakMs }: PlannedBatch, last: boolean): string {
  const what = kind === 'canary' ? ' as canaries' : kind === 'unknown' ? ' of unknown signature' : '';
  return `${hosts.length}${what}${soakMs === 0 || last ? '' : `, soak ${formatDuration(soakMs)}`}`;
}

/** Columns for the hosts that struck a rule; all of them stand with their status. */
const STOP_HOSTS = 30;

/** Why a run stopped itself, in one sentence without a full stop. */
export function stopText(stop: StopReport): string {
  const where = printable(stop.where);
  if (stop.kind === 'refused') return `the question before ${where} was not answered with yes`;
  const { rule, tolerated, count, of, hosts } = stop;
  const which = printable(foldHostsWithin(hosts, STOP_HOSTS));
  return `${count} of ${hostCount(of)} ${rule} (${which}), and the stop rule tolerates ${tolerated}; in ${where}`;
}

/** The question before a batch that may stop or restart something: where, on which hosts, what, and what is asked later. */
export function confirmLines(request: ConfirmRequest, style: Style): readonly string[] {
  const later =
    request.later === 0 ? [] : [`  ${hostCount(request.later)} in later batches are asked for before each.`];
  return [
    style.paint('bold', `${printable(request.where)}: ${names(request.hosts)}`),
    ...request.dangers.map((danger) => style.paint('warn', `  ${dangerText(danger)}`)),
    ...later,
  ];
}

function dangerText({ task, module, risks, hosts, maybe }: Danger): string {
  const what = maybe ? 'stop or restart something, by what it finds there' : dangerWords(risks);
  return `may ${what} on ${hostCount(hosts.length)}: ${printable(task)} (${module})`;
}

function names(hosts: readonly string[]): string {
  return printable(foldHosts(hosts));
}

function hostCount(number: number): string {
  return `${number} host${number === 1 ? '' : 's'}`;
}
