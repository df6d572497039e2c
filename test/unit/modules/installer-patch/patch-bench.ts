import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addPatch, type Patched, removePatch, type Wish } from '../../../../src/modules/installer-patch/patch.ts';
import { placeOf } from '../../../../src/modules/installer-patch/problem.ts';
import type { ShellParser } from '../../../../src/modules/installer-patch/shell-parser.ts';
import {
  guessShellKind,
  readShellSubject,
  type ShellKind,
} from '../../../../src/modules/installer-patch/shell-subject.ts';
import type { SubjectReader } from '../../../../src/modules/installer-patch/subject.ts';

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/installer-patch');

/** The fixtures of an ending, by name. */
export function fixtures(ending: string): readonly { readonly name: string; readonly text: string }[] {
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => ({ name, text: readFileSync(join(FIXTURES, name), 'utf8') }));
}

/** What a fixture must become, as a unified diff. */
export function expectedDiff(name: string, strategy: string): string {
  return readFileSync(join(FIXTURES, 'expected', `${name}.${strategy}.diff`), 'utf8');
}

export const HOOK = "/opt/my product/hook's.sh";

export function wish(strategy: Wish['strategy'], hook: string | undefined = HOOK): Wish {
  return { monitors: ['cadvisor', 'node-exporter'], strategy, hook, dataRoot: '/var/lib/docker' };
}

/** Reads scripts as what they seem to be. */
export function shellReader(
  parse: ShellParser,
  text: string,
): { readonly kind: ShellKind; readonly read: SubjectReader } {
  const kind = guessShellKind(parse, text) ?? 'shell_install';
  return { kind, read: (each) => readShellSubject(parse, each, kind) };
}

/** The text, or an error that names the problems with their places. */
export function textOf(patched: Patched): string {
  if (patched.kind === 'text') return patched.text;
  throw new Error(problemsOf(patched).join('\n'));
}

/** The problems as `line:column why`. */
export function problemsOf(patched: Patched): readonly string[] {
  if (patched.kind === 'text') return [];
  return patched.problems.map(({ at, why }) => `${placeOf(patched.text, at)} ${why}`);
}

export const added = (text: string, wanted: Wish, read: SubjectReader) => textOf(addPatch(text, wanted, read));
export const removed = (text: string, read: SubjectReader) => textOf(removePatch(text, read));
