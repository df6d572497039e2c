import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { nearest, printable } from '../core/text.ts';

/** Where playbooks stand by custom, seen from the working directory. */
const PLAYBOOKS = 'playbooks';

/** So many files are named where none is near. */
const NAMED = 5;

/** The same error with a hint, if it has none and comes from a file that is not there: the nearest name, or where was looked. */
export function withNearFile(error: UnbusyError): UnbusyError {
  const path = missingPath(error.cause);
  if (error.hint !== undefined || path === undefined) return error;
  const { code, message, host, place, data, cause } = error;
  return new UnbusyError(code, message, {
    hint: hintFor(path),
    cause,
    ...(host === undefined ? {} : { host }),
    ...(place === undefined ? {} : { place }),
    ...(data === undefined ? {} : { data }),
  });
}

/** An error of node:fs names the path that it was asked for. */
function missingPath(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { code, path } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' && path !== '' ? path : undefined;
}

function hintFor(path: string): string {
  const near = nearFile(path);
  if (near !== undefined) return `Did you mean ${printable(near)}?`;
  const others = namesIn(PLAYBOOKS).filter(isYaml);
  if (isYaml(path) && others.length > 0) {
    const more = others.length > NAMED ? ', …' : '';
    return `Name a file that is there, such as ${printable(others.slice(0, NAMED).map(inPlaybooks).join(', '))}${more}`;
  }
  return `Look whether the path is right: it stands for ${printable(resolve(path))}.`;
}

/** The same name in the folder of playbooks or with an ending, else the name with the fewest slips, in its own folder first. */
function nearFile(path: string): string | undefined {
  const folder = dirname(path);
  const name = basename(path);
  const here = namesIn(folder);
  const playbooks = folder === '.' ? namesIn(PLAYBOOKS) : [];
  const whole = (names: readonly string[]) =>
    [name, `${name}.yml`, `${name}.yaml`].find((each) => names.includes(each));
  const inFolder = (found: string | undefined) => (found === undefined ? undefined : besides(folder, found));
  return (
    inFolder(whole(here)) ??
    named(whole(playbooks)) ??
    inFolder(nearestStem(name, here)) ??
    named(nearestStem(name, playbooks))
  );
}

/** An ending that many files have in common says nothing of how near two names are. */
function nearestStem(name: string, names: readonly string[]): string | undefined {
  const stem = (file: string) => basename(file, extname(file));
  const found = nearest(stem(name), names.map(stem));
  const same = names.filter((each) => stem(each) === found);
  return same.find((each) => extname(each) === extname(name)) ?? same[0];
}

const isYaml = (name: string) => /\.ya?ml$/.test(name);
const inPlaybooks = (name: string) => join(PLAYBOOKS, name);
const named = (name: string | undefined) => (name === undefined ? undefined : inPlaybooks(name));
const besides = (folder: string, name: string) => (folder === '.' ? name : join(folder, name));

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}
