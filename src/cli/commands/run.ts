import type { SshConfig } from '../../connection/connect.ts';
import type { Listener } from '../../report/listener.ts';
import type { Again } from '../../report/next-step.ts';
import { commandAgain } from '../again.ts';
import { chosen } from '../chosen.ts';
import type { CommandSpec } from '../command.ts';
import { askAhead } from '../connector.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { KEEP_OPTION } from '../kept-runs.ts';
import { listHosts, listTasks } from '../listings.ts';
import { withMetrics } from '../metrics-file.ts';
import type { OptionSpec } from '../option.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, JSONL_OPTION, OUTPUT_OPTIONS, VARS_OPTION } from '../option-groups.ts';
import { withRecord } from '../recorded-run.ts';
import { RUN_DIR_OPTION } from '../recording.ts';
import { progressListener, verbosityOf } from '../reporters.ts';
import { runAndPrint, runAndTell } from '../run-and-print.ts';
import { METRICS_OPTION, refuseWithoutCron, SCHEDULE_OPTIONS } from '../schedule/options.ts';
import { runScheduled, type ScheduledJob } from '../schedule/scheduled-run.ts';
import { lintFiles } from './lint.ts';

/** Who is not asked before something is restarted. */
export const YES_OPTION: OptionSpec = {
  name: 'yes',
  short: 'y',
  kind: 'switch',
  help: 'Allow steps that stop or restart something, without a question.',
};

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
    VARS_OPTION,
    {
      name: 'tags',
      short: 't',
      kind: 'list',
      value: 'tags',
      help: 'Only tasks with one of these tags (commas, repeat).',
    },
    { name: 'skip-tags', kind: 'list', value: 'tags', help: 'No task with one of these tags.' },
    ...CONNECTION_OPTIONS,
    YES_OPTION,
    RUN_DIR_OPTION,
    KEEP_OPTION,
    METRICS_OPTION,
    ...SCHEDULE_OPTIONS,
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
    [
      'unbusy run /srv/sweep-dead.yml -i /srv/hosts.yml --cron --splay 15m --timeout 40m',
      'in a crontab; `unbusy doctor --cron` checks what that needs and prints the line',
    ],
  ],
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124, 130, 143],
  async run(io, args, given) {
    const [file = ''] = args;
    if (given.has('syntax-check')) return lintFiles(io, [file], given);
    if (given.has('list-hosts')) return listHosts(io, chosen(file, given), given.has('json'));
    if (given.has('list-tasks')) return listTasks(io, chosen(file, given), given.has('json'));
    const run = { spec: runCommand, file, again: commandAgain(runCommand, args, given) };
    refuseWithoutCron(given);
    if (given.has('cron')) return runScheduled(io, given, jobOf(run));
    return withMetrics(
      io,
      given,
      file,
      ({ exitCode }) => exitCode,
      (listeners) => runOnce(io, given, run, listeners),
    );
  },
};

/** How this command was called. */
interface Called {
  readonly spec: CommandSpec;
  readonly file: string;
  readonly again: Again;
}

async function runOnce(io: Io, given: Given, run: Called, listeners: readonly Listener[]): Promise<number> {
  const { again } = run;
  let sshConfig: SshConfig | undefined;
  const selection = chosen(run.file, given, (inputs) => {
    sshConfig = askAhead(io, given, inputs);
  });
  return withRecord(io, given, run, selection, ({ io: guarded, recording, notices }) =>
    runAndPrint(guarded, selection, given, {
      ...{ again, notices, listeners },
      ...(recording === undefined ? {} : { recording }),
      ...(sshConfig === undefined ? {} : { sshConfig }),
    }),
  );
}

/** The same for a crontab; its progress is told only with -v. */
function jobOf(run: Called): ScheduledJob {
  return {
    file: run.file,
    command: run.again({}),
    run: (io, given, listeners) => {
      const selection = chosen(run.file, given);
      return withRecord(io, given, run, selection, async ({ io: guarded, redaction, recording, notices }) => {
        const telling = verbosityOf(given) > 0 ? [progressListener(io, given)] : [];
        const recorded = recording === undefined ? {} : { recording };
        const report = await runAndTell(guarded, selection, given, telling, { notices, listeners, ...recorded });
        const ran = { report: redaction.hide(report) };
        return recording === undefined ? ran : { ...ran, record: recording.directory };
      });
    },
  };
}
