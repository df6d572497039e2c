import type { RunReport } from '../../core/results.ts';
import { diffLines } from '../../report/diff-view.ts';
import { unknownKeyLines } from '../../report/host-keys.ts';
import { planLines } from '../../report/plan-view.ts';
import { renderSummary } from '../../report/summary.ts';
import { commandAgain } from '../again.ts';
import type { CommandSpec } from '../command.ts';
import { execute } from '../execute.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { listHosts, listTasks } from '../listings.ts';
import { loadPlaybookAndInputs } from '../load-inputs.ts';
import { styleFor } from '../look.ts';
import { allListeners, machineListeners, progressListener, verbosityOf } from '../reporters.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, JSONL_OPTION, OUTPUT_OPTIONS } from '../shared-options.ts';
import { lintFiles } from './lint.ts';

/** Plans are listed in full up to so many hosts, or with -v or -D. */
const FULL_PLAN_HOSTS = 10;

/** `unbusy run PLAYBOOK`: makes hosts as the playbook says, or says with -C what it would do. */
export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'Run a playbook on hosts; with -C only say what it would do.',
  args: [{ name: 'playbook', help: 'Playbook file.', required: true, completes: 'file' }],
  options: [
    {
      name: 'check',
      short: 'C',
      kind: 'switch',
      help: 'Look and plan, change nothing. Exit 3 if changes are pending.',
    },
    { name: 'diff', short: 'D', kind: 'switch', help: 'Show what changes in files.' },
    ...HOST_OPTIONS,
    {
      name: 'tags',
      short: 't',
      kind: 'list',
      value: 'tags',
      help: 'Only tasks with one of these tags (commas, repeat).',
    },
    { name: 'skip-tags', kind: 'list', value: 'tags', help: 'No task with one of these tags.' },
    ...CONNECTION_OPTIONS,
    {
      name: 'yes',
      short: 'y',
      kind: 'switch',
      help: 'Answer yes to every question.',
    },
    { name: 'list-hosts', kind: 'switch', help: 'List the hosts and stop. No host is touched.' },
    { name: 'list-tasks', kind: 'switch', help: 'List the tasks and stop. No host is touched.' },
    { name: 'syntax-check', kind: 'switch', help: 'Read the playbook and stop. No host is touched.' },
    JSONL_OPTION,
    ...OUTPUT_OPTIONS,
  ],
  examples: [
    ['unbusy run playbooks/sweep-dead.yml -i hosts.yml -C -D', 'what would be done, with diffs; nothing is changed'],
    ['unbusy run playbooks/sweep-dead.yml -i hosts.yml -l "cd[01:40]:!cd07"', 'some hosts, without one'],
    [
      'unbusy run playbooks/sweep-dead.yml -i cd01,cd02, -u ops -b -K',
      'no inventory file; become root, ask for the password',
    ],
  ],
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124, 130, 143],
  async run(io, args, given) {
    const [file = ''] = args;
    if (given.has('syntax-check')) return lintFiles(io, [file], given);
    const loaded = loadPlaybookAndInputs(file, given);
    const selection = { ...loaded, tags: words(given.list('tags')), skipTags: words(given.list('skip-tags')) };
    if (given.has('list-hosts')) return listHosts(io, selection, given.has('json'));
    if (given.has('list-tasks')) return listTasks(io, selection, given.has('json'));
    const listener = allListeners([...machineListeners(io, given), progressListener(io, given)]);
    const mode = given.has('check') ? 'check' : 'run';
    const report = await execute(io, given, { ...selection, inputs: loaded, mode }, listener);
    if (!given.has('json') && !given.has('jsonl')) printResult(io, args, given, report);
    return report.exitCode;
  },
};

/** Tags stand in one word with commas, or in several options. */
function words(list: readonly string[]): readonly string[] {
  return list
    .flatMap((each) => each.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The result for a person: pending changes, diffs, unknown keys, the recap. */
function printResult(io: Io, args: readonly string[], given: Given, report: RunReport): void {
  const style = styleFor(io, given, io.out);
  const diff = given.has('diff');
  const full = report.hosts.length <= FULL_PLAN_HOSTS || verbosityOf(given) > 0 || diff;
  const quiet = given.has('quiet');
  const lines = [
    ...(report.mode === 'check' && full && !quiet ? planLines(report.hosts, style) : []),
    ...(diff ? diffLines(report.hosts, style) : []),
    ...unknownKeyLines(report.hosts),
    ...(quiet && report.exitCode === 0
      ? []
      : renderSummary(report, { style, columns: io.out.columns(), again: commandAgain(runCommand, args, given) })),
  ];
  if (lines.length > 0) io.out.write(`${lines.join('\n')}\n`);
}
