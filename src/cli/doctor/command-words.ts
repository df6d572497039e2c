import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Given, RawValue } from '../given.ts';
import type { OptionSpec } from '../option.ts';
import { looksSecret } from '../secret-names.ts';

/** How this program is started from any directory and with any PATH: node and the program file, both absolute. */
export function ownCommand(): readonly string[] {
  const file = process.argv[1] ?? '';
  return [process.execPath, realFile(file)];
}

/** A link such as /usr/bin/unbusy may point elsewhere after an upgrade, and that is wanted; a relative path is not. */
function realFile(file: string): string {
  const path = resolve(file);
  try {
    return path.includes('/node_modules/.bin/') ? realpathSync(path) : path;
  } catch {
    return path;
  }
}

/** The options of a run as they were typed or stand in the environment, files by their absolute paths, in the order of the help. */
export function optionWords(
  options: readonly OptionSpec[],
  given: Given,
  without: ReadonlySet<string>,
): readonly string[] {
  return options.flatMap((option) => {
    const { name, kind } = option;
    if (without.has(name)) return [];
    if (kind === 'switch') return given.has(name) ? [`--${name}`] : [];
    if (kind === 'count') return Array.from({ length: given.count(name) }, () => `--${name}`);
    const values = kind === 'list' ? given.list(name) : oneText(option, given);
    return values.flatMap((value) => [
      option.short === undefined ? `--${name}` : `-${option.short}`,
      absolute(option, value),
    ]);
  });
}

/** True if a variable on the command line looks like a secret: crontabs and process lists are read by others. */
export function holdsSecretWord(given: Given): boolean {
  return given.list('extra-vars').some((text) => !text.startsWith('@') && looksSecret(text));
}

/** What nobody gave stays away, so that the default of a later version holds. */
function oneText({ name, env }: OptionSpec, given: Given): readonly string[] {
  const typed: RawValue | undefined = given.typed.get(name);
  if (typeof typed === 'string') return [typed];
  const text = env === undefined ? undefined : given.text(name);
  return text === undefined || text === given.fallbackOf(name) ? [] : [text];
}

function absolute({ name, completes }: OptionSpec, value: string): string {
  if (name === 'inventory' && value.includes(',')) return value;
  if (name === 'extra-vars') return secretless(value.startsWith('@') ? `@${resolve(value.slice(1))}` : value);
  if (name === 'limit' && value.startsWith('@')) return `@${resolve(value.slice(1))}`;
  return completes === 'file' ? resolve(value) : value;
}

const secretless = (text: string) =>
  !text.startsWith('@') && looksSecret(text) ? text.replace(/=.*$/s, '=...') : text;
