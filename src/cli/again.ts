import { quotePosix } from '../core/text.ts';
import type { Again } from '../report/next-step.ts';
import type { CommandSpec } from './command.ts';
import type { Given, RawValue } from './given.ts';
import { looksSecret } from './secret-names.ts';

/** Makes the same command again with parts of it changed, so that it can be pasted into a POSIX shell as it is. */
export function commandAgain(spec: CommandSpec, args: readonly string[], given: Given): Again {
  return ({ check, limit, acceptNewKeys, become, askBecomePassword }) => {
    const values = new Map(given.typed);
    // Whoever goes on by hand wants to see what it says.
    values.delete('quiet');
    if (check === true) values.set('check', true).delete('yes');
    if (check === false) values.delete('check');
    if (limit !== undefined) values.set('limit', limit);
    if (acceptNewKeys === true) values.set('host-keys', 'accept-new');
    if (become === true) values.set('become', true);
    if (askBecomePassword === true) values.set('ask-become-pass', true);
    const options = spec.options.flatMap(({ name, short }) => {
      const flag = short === undefined ? `--${name}` : `-${short}`;
      return flagWords(flag, name === 'extra-vars' ? withoutSecrets(values.get(name)) : values.get(name));
    });
    return [...given.calledAs, spec.name, ...args, ...options].map(shellWord).join(' ');
  };
}

/** A command that goes on from what another one saw, on the same hosts: only with options that mean the same to both. */
export function commandAfter(spec: CommandSpec, args: readonly string[], given: Given): Again {
  return commandAgain(spec, args, given.sharedWith(spec.options));
}

/** The command that goes on with a recorded run. */
export function resumeAgain(given: Given, { id }: { readonly id: string }): string {
  const folder = given.typed.get('run-dir');
  return [...given.calledAs, 'resume', id, ...flagWords('--run-dir', folder)].map(shellWord).join(' ');
}

/** Variables that look like secrets, without their values: the recap of a run ends in logs and mails. */
function withoutSecrets(value: RawValue | undefined): RawValue | undefined {
  if (!Array.isArray(value)) return value;
  return value.map((text: string) => {
    if (text.startsWith('@') || !looksSecret(text)) return text;
    return text.trimStart().startsWith('{') ? '{…}' : text.replace(/=.*$/s, '=…');
  });
}

function flagWords(flag: string, value: RawValue | undefined): readonly string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [flag];
  if (typeof value === 'number') return Array.from({ length: value }, () => flag);
  return (typeof value === 'string' ? [value] : value).flatMap((text) => [flag, text]);
}

/** Quoted only where a shell would read something into it; brackets are globs. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quotePosix(word);
}
