import { UnbusyError } from '../../core/errors.ts';
import { diagnosisJson, renderDiagnosis } from '../../report/diagnosis-view.ts';
import type { CommandSpec } from '../command.ts';
import { diagnosisExitCode } from '../diagnose/exit-code.ts';
import { diagnosisOf, lookOnce, viewOptions } from '../diagnose/look.ts';
import { watch } from '../diagnose/watch.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import type { OptionSpec } from '../option.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, OUTPUT_OPTIONS } from '../option-groups.ts';
import { progressListener, verbosityOf } from '../reporters.ts';

const DAY_MS = 86_400_000;

/** A watch reads the log with each look, so it reads less of it. */
const HOUR_MS = 3_600_000;

const DIAGNOSE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'since',
    kind: 'duration',
    value: 'time',
    help: 'How far back the log is searched for signs; without it 24h, and 1h with --watch.',
  },
  {
    name: 'watch',
    kind: 'switch',
    help: 'Look again and again over the same connections, and tell what rises and when it runs out; ^C ends it.',
  },
  { name: 'every', kind: 'duration', value: 'time', help: 'Between two looks of --watch.', fallback: '30s' },
  { name: 'samples', kind: 'number', value: 'n', help: 'End --watch by itself after so many looks.' },
];

/** `unbusy diagnose`: what is wrong with the daemons of which hosts, and what to do; reads only. */
export const diagnoseCommand: CommandSpec = {
  name: 'diagnose',
  summary:
    'Say what is wrong with dockerd and containerd, which tasks are stuck and why, and what to do; changes nothing.',
  args: [],
  options: [...HOST_OPTIONS, ...DIAGNOSE_OPTIONS, ...CONNECTION_OPTIONS, ...OUTPUT_OPTIONS],
  examples: [
    ['unbusy diagnose -i hosts.yml', 'all hosts of an inventory; becomes root through sudo or doas'],
    ['unbusy diagnose -i hosts.yml -l cd07 --watch', 'one host, look after look, with what rises and when it runs out'],
    ['unbusy diagnose -i hosts.yml --watch --every 1m --samples 10 --json', 'ten minutes, for a program to read'],
  ],
  exits: [0, 1, 2, 3, 4, 5, 8, 9, 124, 130, 143],
  pending: 'findings: a verdict is a warning or worse',
  async run(io, _args, given) {
    const since = given.duration('since');
    const watched = given.has('watch');
    const everyMs = given.duration('every') ?? 0;
    const looks = given.text('samples') === undefined ? Number.POSITIVE_INFINITY : given.number('samples');
    for (const name of watched ? [] : ['every', 'samples'])
      if (given.typed.has(name)) throw new UnbusyError('E_USAGE', `--${name} means nothing without --watch`);
    if (watched) return watch(io, given, { everyMs, looks, logWindowMs: since ?? HOUR_MS });
    return diagnoseOnce(io, given, since ?? DAY_MS);
  },
};

async function diagnoseOnce(io: Io, given: Given, logWindowMs: number): Promise<number> {
  const selection = diagnosisOf(given, logWindowMs);
  const report = await lookOnce(io, given, selection, progressListener(io, given, verbosityOf(given) < 1));
  const exitCode = diagnosisExitCode(report);
  if (given.has('json')) io.out.write(`${JSON.stringify(diagnosisJson(report, exitCode), null, 2)}\n`);
  else io.out.write(`${renderDiagnosis(report, viewOptions(io, given, report)).join('\n')}\n`);
  return exitCode;
}
