import { loadPlaybook } from '../../config/playbook.ts';
import { MistakesError, UnbusyError } from '../../core/errors.ts';
import { exitCodeOfError, strongest } from '../../core/exit-codes.ts';
import { formatMistakes } from '../../core/mistake-lines.ts';
import { printable } from '../../core/text.ts';
import { MODULES } from '../../modules/registry.ts';
import type { CommandSpec } from '../command.ts';
import type { Given } from '../given.ts';
import { hookCompiler } from '../hook-compiler.ts';
import type { Io } from '../io.ts';
import { readText } from '../load-inputs.ts';
import { withNearFile } from '../near-file.ts';
import { LOOK_OPTIONS } from '../option-groups.ts';

/** `unbusy lint PLAYBOOK…`: every mistake of every playbook, with its place. */
export const lintCommand: CommandSpec = {
  name: 'lint',
  summary: 'Check playbooks without touching a host; every mistake at once.',
  args: [{ name: 'playbook', help: 'Playbook files.', required: true, variadic: true, completes: 'file' }],
  options: [{ name: 'json', kind: 'switch', help: 'Mistakes as one JSON object on stdout.' }, ...LOOK_OPTIONS],
  examples: [['unbusy lint playbooks/*.yml', 'all shipped playbooks']],
  exits: [0, 1, 2],
  run: async (io, args, given) => lintFiles(io, args, given),
};

/** Reads each file and prints its mistakes, or that it has none; gives 0 or 2. */
export function lintFiles(io: Io, files: readonly string[], given: Given): number {
  const checked = files.map((file) => ({ file, mistakes: mistakesOf(file) }));
  const all = checked.flatMap(({ mistakes }) => mistakes);
  if (given.has('json')) io.out.write(`${JSON.stringify(jsonOf(checked), null, 2)}\n`);
  else {
    const good = checked
      .filter(({ mistakes }) => mistakes.length === 0)
      .map(({ file }) => printable(`${file}: no mistakes`));
    const lines = [...formatMistakes(all), ...good];
    io.out.write(`${lines.join('\n')}\n`);
  }
  return strongest(all.map((mistake) => exitCodeOfError(mistake.code)));
}

function mistakesOf(file: string): readonly UnbusyError[] {
  try {
    loadPlaybook(file, readText(file), MODULES, { compileHook: hookCompiler(file) });
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    if (error instanceof UnbusyError) return [withNearFile(error)];
    throw error;
  }
}

function jsonOf(checked: readonly { readonly file: string; readonly mistakes: readonly UnbusyError[] }[]): object {
  const mistakes = checked.flatMap(({ file, mistakes: found }) =>
    found.map(({ code, message, hint, place }) => ({
      file,
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(place === undefined ? {} : { line: place.line, column: place.column }),
    })),
  );
  return { schema: 'unbusy/lint/1', mistakes };
}
