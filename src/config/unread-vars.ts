import { MistakesError, UnbusyError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import type { ExtraVars } from './extra-vars.ts';
import type { Playbook } from './playbook-model.ts';

/**
 * Throws MistakesError (E_USAGE) for every -e whose name neither the playbook nor the inventory knows. A slip of the
 * fingers must not leave a default in force: `-e contaners=web1` would sweep them all.
 */
export function refuseUnreadVars(
  { vars, origin }: ExtraVars,
  playbook: Playbook,
  inventoryNames: ReadonlySet<string>,
): void {
  const known = new Set([
    ...playbook.reads,
    ...playbook.plays.flatMap((play) => Object.keys(play.vars)),
    ...inventoryNames,
  ]);
  const mistakes = Object.keys(vars)
    .filter((name) => !known.has(name))
    .map((name) => {
      const near = nearest(name, [...known]);
      const offer = [...playbook.reads].sort();
      const hint =
        near !== undefined
          ? `Did you mean "${near}"?`
          : `Leave it out, or declare it in the play's vars.${offer.length === 0 ? '' : ` It reads: ${offer.join(', ')}.`}`;
      const what = `${origin[name] ?? '-e'}: no task of ${playbook.file} reads a variable "${name}"`;
      return new UnbusyError('E_USAGE', what, { hint });
    });
  if (mistakes.length > 0) throw new MistakesError(mistakes);
}
