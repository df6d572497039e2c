import { UnbusyError } from '../../core/errors.ts';
import { NOTIFY_ON } from '../../report/standing-diff.ts';
import type { Given } from '../given.ts';
import type { OptionSpec } from '../option.ts';

/** Where metrics go. */
export const METRICS_OPTION: OptionSpec = {
  name: 'metrics',
  kind: 'text',
  value: 'file.prom',
  help: 'Write metrics for the textfile collector of node-exporter there, replaced as a whole at the end.',
  completes: 'file',
};

/** For crontabs and timers on a control host. */
export const SCHEDULE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'cron',
    kind: 'switch',
    help: 'For crontabs and timers: one run at a time, no question, nothing said unless what was found has changed.',
  },
  {
    name: 'notify-on',
    kind: 'text',
    value: 'when',
    help: 'With --cron, say something if findings are new or gone, if trouble stands, always, or if trouble is gone.',
    choices: NOTIFY_ON,
    fallback: 'changed',
  },
  {
    name: 'lock-wait',
    kind: 'duration',
    value: 'time',
    help: 'With --cron, wait so long for another run of the same playbook and inventory; without it, exit 7 at once.',
  },
  {
    name: 'splay',
    kind: 'duration',
    value: 'time',
    help: 'With --cron, begin up to so much later: always equally late for one control host, playbook and inventory.',
  },
  {
    name: 'every',
    kind: 'duration',
    value: 'time',
    help: 'With --cron and --metrics, how often it runs: stands in the metrics, so that an alert knows when they are too old.',
  },
];

/** Throws E_USAGE for options of a schedule in a run that is none: who waits for a lock must not run without one. */
export function refuseWithoutCron(given: Given): void {
  const stray = SCHEDULE_OPTIONS.find(({ name }) => name !== 'cron' && given.typed.has(name));
  if (stray === undefined || given.has('cron')) return;
  throw new UnbusyError('E_USAGE', `--${stray.name} goes with --cron`, { hint: 'Add --cron, or leave it out.' });
}
