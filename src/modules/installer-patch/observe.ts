import type { Session } from '../../connection/session.ts';
import { printable } from '../../core/text.ts';
import { checkShellSyntax } from '../../programs/check-shell-syntax.ts';
import { lookAtTextFile, type TextFile } from '../../programs/text-file.ts';
import type { Observed } from '../module.ts';
import { readComposeSubject } from './compose-subject.ts';
import { kindByName, shellOf } from './kind.ts';
import type { InstallerPatchParams } from './params.ts';
import { addPatch, type Patched, removePatch } from './patch.ts';
import { loadShellParser } from './shell-parser.ts';
import { guessShellKind, readShellSubject, type ShellKind } from './shell-subject.ts';
import type { SubjectReader } from './subject.ts';
import { readUnitSubject } from './unit-subject.ts';

/** The file, and what would become of it; undefined: it cannot be read as text, or is not there. */
export interface InstallerState {
  readonly file: TextFile;
  readonly kind: string;
  readonly patched: Patched | undefined;
}

/** Reads the file and works out what was asked; a script that would change is read by a shell of the host, before and after. */
export async function observeInstaller(host: Session, params: InstallerPatchParams): Promise<Observed<InstallerState>> {
  const look = await lookAtTextFile(host, params.path);
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const { file } = look;
  const { text } = file;
  const named = kindByName(params);
  if (file.found.type !== 'file' || text === undefined) return known({ file, kind: named, patched: undefined });
  const reader = await readerFor(named, text, params.data_root);
  if (reader === undefined)
    return known({ file, kind: named, patched: undecided(text, 'whether it installs or uninstalls') });
  if (reader.kind === 'shell_uninstall' && params.strategy !== undefined) {
    return known({
      file,
      kind: reader.kind,
      patched: undecided(text, 'what `strategy` means for a script that uninstalls'),
    });
  }
  const wish = { ...params, dataRoot: params.data_root, strategy: params.strategy, hook: params.hook };
  const patched = params.state === 'absent' ? removePatch(text, reader.read) : addPatch(text, wish, reader.read);
  const state = { file, kind: reader.kind, patched };
  if (patched.kind !== 'text' || patched.text === text || !reader.kind.startsWith('shell')) return known(state);
  return checkedByShell(host, state, text, patched.text);
}

const known = (state: InstallerState): Observed<InstallerState> => ({ kind: 'known', state, gaps: [] });

function undecided(text: string, what: string): Patched {
  const hint = 'Say `kind: shell_install`, or `kind: shell_uninstall` with a hook alone.';
  return { kind: 'problems', text, problems: [{ at: 0, why: `nobody can tell ${what}`, hint }] };
}

interface Reader {
  readonly kind: string;
  readonly read: SubjectReader;
}

async function readerFor(
  named: ReturnType<typeof kindByName>,
  text: string,
  dataRoot: string,
): Promise<Reader | undefined> {
  if (named === 'compose') return { kind: named, read: (each) => readComposeSubject(each, dataRoot) };
  if (named === 'unit') return { kind: named, read: readUnitSubject };
  const parse = await loadShellParser();
  const kind: ShellKind | undefined = named === 'shell' ? guessShellKind(parse, text) : named;
  return kind && { kind, read: (each) => readShellSubject(parse, each, kind) };
}

async function checkedByShell(
  host: Session,
  state: InstallerState,
  before: string,
  after: string,
): Promise<Observed<InstallerState>> {
  const shell = shellOf(before);
  const checks = await Promise.all([before, after].map((each) => checkShellSyntax(host, shell, each)));
  for (const [index, check] of checks.entries()) {
    if (!check.ok) return { kind: 'unknown', error: check.error };
    if (check.verdict === 'ok') continue;
    const bad = check.verdict === 'bad' ? printable(check.said).slice(0, 200) : undefined;
    const why =
      bad === undefined
        ? `the host has no ${shell} to check the script with`
        : `${shell} -n does not accept the script ${index === 0 ? 'as it is' : 'as it would be'}: ${bad}`;
    const hint = bad === undefined ? `Install ${shell} there.` : 'Mend it by hand; nothing was changed.';
    return known({ ...state, patched: { kind: 'problems', text: before, problems: [{ at: 0, why, hint }] } });
  }
  return known(state);
}
