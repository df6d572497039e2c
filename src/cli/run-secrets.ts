import type { Io } from './io.ts';
import { Redaction } from './redaction.ts';
import { secretsIn } from './secret-names.ts';
import type { Selection } from './selection.ts';

/** The same world, with everything secret that comes up in it noted, so that no record of a run holds it. */
export function guardSecrets(
  io: Io,
  { inventory, extraVars }: Selection,
): { readonly io: Io; readonly redaction: Redaction } {
  const redaction = new Redaction();
  redaction.add(io.becomePassword);
  const vars = [extraVars.vars, ...[...inventory.hosts.values()].map((host) => host.vars)];
  for (const each of vars)
    for (const [name, value] of Object.entries(each))
      for (const secret of secretsIn(name, value)) redaction.add(secret);
  const { askHidden } = io;
  if (askHidden === undefined) return { io, redaction };
  const listening = async (question: string) => {
    const answer = await askHidden(question);
    redaction.add(answer);
    return answer;
  };
  return { io: { ...io, askHidden: listening }, redaction };
}
