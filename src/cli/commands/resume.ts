import { UnbusyError } from '../../core/errors.ts';
import { isDone, type Resumption } from '../../engine/resumption.ts';
import { idOf } from '../../journal/run-id.ts';
import { chosen } from '../chosen.ts';
import type { CommandSpec } from '../command.ts';
import { Given, type RawValue } from '../given.ts';
import type { Io } from '../io.ts';
import { CONNECTION_OPTIONS, JSONL_OPTION, OUTPUT_OPTIONS, VARS_OPTION } from '../option-groups.ts';
import { RUN_DIR_OPTION, recordInto, runsFolder } from '../recording.ts';
import { findRun, leftOf, type RecordedRun, refuseChanged } from '../resumption.ts';
import { runAndPrint } from '../run-and-print.ts';
import { hashesOf } from '../run-inputs.ts';
import { guardSecrets } from '../run-secrets.ts';
import { runCommand, YES_OPTION } from './run.ts';

/** `unbusy resume [RUN]`: goes on with a run that was stopped, interrupted or killed. */
export const resumeCommand: CommandSpec = {
  name: 'resume',
  summary: 'Go on with a run that was stopped, interrupted or killed; hosts that ended well are not touched again.',
  args: [{ name: 'run', help: 'Id of the run; the newest that has something left if not given.', required: false }],
  options: [
    RUN_DIR_OPTION,
    { name: 'force', kind: 'switch', help: 'Go on although playbook, inventory or variables have changed.' },
    VARS_OPTION,
    ...CONNECTION_OPTIONS,
    YES_OPTION,
    { name: 'diff', short: 'D', kind: 'switch', help: 'Show what changes in files.' },
    JSONL_OPTION,
    ...OUTPUT_OPTIONS,
  ],
  examples: [
    ['unbusy resume', 'the newest run that has something left, with the options that it had'],
    ['unbusy resume 7f3a1c -K', 'that run; its record holds no password and no --yes: give them again'],
  ],
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124, 130, 143],
  async run(io, args, given) {
    const folder = runsFolder(io, given);
    if (folder === undefined)
      throw new UnbusyError('E_USAGE', 'neither XDG_STATE_HOME nor HOME is set', { hint: 'Use --run-dir.' });
    const run = findRun(folder, args[0]);
    const left = leftOf(run).length;
    const words = `run ${idOf(run.name)} of ${run.inputs.startedAt}: ${run.state.hosts.length - left} of ${run.state.hosts.length} hosts ended well`;
    if (left === 0) {
      io.out.write(`${words}; nothing is left to do.\n`);
      return 0;
    }
    const { ended, damaged } = run.state;
    const cut = ended ? '' : '; it was cut off';
    const torn = damaged === 0 ? '' : `; ${damaged} of the lines of its record cannot be read and count for nothing`;
    return goOn(io, given, run, `${words}${cut}${torn}; ${left} to go.`);
  },
};

async function goOn(io: Io, typed: Given, run: RecordedRun, words: string): Promise<number> {
  const given = givenAgain(io, typed, run);
  const selection = chosen(run.inputs.playbook, given);
  if (!given.has('force')) refuseChanged(run, hashesOf(selection));
  const { io: guarded, redaction } = guardSecrets(io, selection);
  const recording = recordInto(io, given, run.directory, redaction);
  const changed = given.has('force');
  try {
    return await runAndPrint(guarded, selection, given, {
      recording,
      notices: [words],
      resumption: resumptionOf(run, changed),
    });
  } finally {
    recording.close();
  }
}

/** The recorded options, with what was typed now over them; variables are added to those that were kept. */
function givenAgain(io: Io, typed: Given, { inputs }: RecordedRun): Given {
  const missing = inputs.withheld.filter(
    (name) => !typed.list('extra-vars').some((text) => text.includes(name) || text.startsWith('@')),
  );
  if (missing.length > 0)
    throw new UnbusyError(
      'E_USAGE',
      `the record does not hold the values of ${missing.join(', ')}, for they look like secrets`,
      {
        hint: `Give them again: -e ${missing[0]}=…`,
      },
    );
  const values = new Map<string, RawValue>([...Object.entries(inputs.options), ...typed.typed]);
  const kept = inputs.options['extra-vars'];
  const vars = [...(Array.isArray(kept) ? kept : []), ...typed.list('extra-vars')];
  if (vars.length > 0) values.set('extra-vars', vars);
  return new Given([...runCommand.options, ...resumeCommand.options], values, io.env);
}

/** Steps that were planned for other inputs do not fit any more; what ended well stays so. */
function resumptionOf({ state }: RecordedRun, changed: boolean): Resumption {
  const { results, plans, lastEnd } = state;
  if (changed) return { results: new Map([...results].filter(([, result]) => isDone(result))), plans: new Map() };
  return { results, plans, ...(lastEnd === undefined ? {} : { lastEnd }) };
}
