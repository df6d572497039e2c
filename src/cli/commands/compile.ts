import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hookOfPlaybook } from '../../compile/hook-of-playbook.ts';
import { readExtraVars } from '../../config/extra-vars.ts';
import { fileReader, readFailure } from '../../config/text-reader.ts';
import { UnbusyError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { MODULES } from '../../modules/registry.ts';
import type { CommandSpec } from '../command.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { readText } from '../load-inputs.ts';
import { LOOK_OPTIONS, VARS_OPTION } from '../option-groups.ts';

const MODE = 0o755;
const MOST_SECONDS = 86_400;

/** `unbusy compile PLAYBOOK -o FILE`: a playbook as one POSIX sh file for hosts without Node. */
export const compileCommand: CommandSpec = {
  name: 'compile',
  summary: 'Make one POSIX sh file of a playbook, for hosts without Node and for installers.',
  args: [{ name: 'playbook', help: 'Playbook file.', required: true, completes: 'file' }],
  options: [
    {
      name: 'output',
      short: 'o',
      kind: 'text',
      value: 'file',
      help: 'File to write, or - for stdout.',
      completes: 'file',
    },
    VARS_OPTION,
    {
      name: 'budget',
      kind: 'duration',
      value: 'time',
      help: 'Time for everything that the hook does; --budget of the hook says another.',
      fallback: '60s',
    },
    ...LOOK_OPTIONS,
  ],
  examples: [
    ['unbusy compile playbooks/sweep-dead.yml -o pre-uninstall.sh', 'a hook that sweeps the host it is started on'],
    [
      'unbusy compile playbooks/sweep-dead.yml -e \'{"containers": ["app", "db"]}\' -o pre-uninstall.sh',
      'for two containers of a product alone',
    ],
  ],
  exits: [0, 1, 2],
  async run(io, args, given) {
    const [file = ''] = args;
    const output = given.text('output');
    if (output === undefined) {
      throw new UnbusyError('E_USAGE', 'no file to write was given', { hint: 'Give -o FILE, or -o - for stdout.' });
    }
    const text = compiled(file, given, io.version);
    if (output === '-') io.out.write(text);
    else write(io, output, text);
    return 0;
  },
};

function compiled(file: string, given: Given, version: string): string {
  const text = readText(file);
  const extraVars = readExtraVars(given.list('extra-vars'), fileReader);
  const budgetSeconds = Math.ceil((given.duration('budget') ?? 0) / 1000);
  if (budgetSeconds < 1 || budgetSeconds > MOST_SECONDS) {
    throw new UnbusyError('E_USAGE', '--budget must lie between one second and a day');
  }
  return hookOfPlaybook({ file, text, extraVars, modules: MODULES, version, budgetSeconds });
}

/** A whole file or none: an installer may start it at any moment. */
function write(io: Io, output: string, text: string): void {
  const draft = `${output}.${process.pid}`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    chmodSync(draft, MODE);
    renameSync(draft, output);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new UnbusyError('E_USAGE', `${output} cannot be written: ${readFailure(error)}`, { cause: error });
  }
  io.err.write(`${printable(output)}: ${Buffer.byteLength(text)} bytes\n`);
}
