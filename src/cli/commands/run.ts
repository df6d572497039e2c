import type { Again } from '../../report/next-step.ts';
import { commandAgain } from '../again.ts';
import type { CommandSpec } from '../command.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { listHosts, listTasks } from '../listings.ts';
import { loadPlaybookAndInputs, type PlaybookFile } from '../load-inputs.ts';
import type { OptionSpec } from '../option.ts';
import { RUN_DIR_OPTION, recordNewRun } from '../recording.ts';
import { runAndPrint } from '../run-and-print.ts';
import { runInputsOf } from '../run-inputs.ts';
import { guardSecrets } from '../run-secrets.ts';
import type { Selection } from '../selection.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, JSONL_OPTION, OUTPUT_OPTIONS, VARS_OPTION } from '../shared-options.ts';
import { lintFiles } from './lint.ts';

/** Who is not asked before something is restarted. */
export const YES_OPTION: OptionSpec = {
  name: 'yes',
  short: 'y',
  kind: 'switch',
  help: 'Allow steps that restart something, without a question.',
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
    if (given.has('list-hosts')) return listHosts(io, chosen(file, given), given.has('json'));
    if (given.has('list-tasks')) return listTasks(io, chosen(file, given), given.has('json'));
    const again = commandAgain(runCommand, args, given);
    const selection = chosen(file, given);
    if (given.has('check')) return runAndPrint(io, selection, given, { again });
    return runRecorded(io, given, file, selection, again);
  },
};

/** Runs with a record from which `resume` goes on. */
async function runRecorded(
  io: Io,
  given: Given,
  file: string,
  selection: Selection & PlaybookFile,
  again: Again,
): Promise<number> {
  const facts = { version: io.version, nowMs: io.clock.now(), command: again({}) };
  const inputs = runInputsOf(runCommand, given, file, selection, facts);
  const { io: guarded, redaction } = guardSecrets(io, selection);
  const notices: string[] = [];
  const say = (text: string) => void notices.push(text);
  const recording = recordNewRun(io, given, inputs, selection.playbookText, redaction, say);
  try {
    return await runAndPrint(guarded, selection, given, {
      again,
      notices,
      ...(recording === undefined ? {} : { recording }),
    });
  } finally {
    recording?.close();
  }
}

/** The playbook, hosts and tasks that the options choose. */
export function chosen(file: string, given: Given): Selection & PlaybookFile {
  const tags = (name: string) => wordsOf(given.list(name));
  return { ...loadPlaybookAndInputs(file, given), tags: tags('tags'), skipTags: tags('skip-tags') };
}

/** Tags stand in one word with commas, or in several options. */
function wordsOf(list: readonly string[]): readonly string[] {
  return list
    .flatMap((each) => each.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
