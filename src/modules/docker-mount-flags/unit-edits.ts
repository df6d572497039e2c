import type { UnitFile } from '../../programs/docker-unit-files.ts';
import { isFlagWord, type MountFlags } from './flags.ts';
import { dropAssignments, lastValue, parseUnit, saysNothing, setAssignment } from './unit-text.ts';

/** Where drop-ins of the host's own lie. */
export const DROP_IN_DIRECTORY = '/etc/systemd/system/docker.service.d';

/** Where an installer may have put a unit file of its own; packages never write there. */
const HOST_UNITS = '/etc/systemd/system/';

/** How each drop-in of ours begins. */
const MARK = '# Written by unbusy (docker_mount_flags).';
const HEAD = `${MARK} To undo it: remove this file, run systemctl daemon-reload, restart docker.service.`;

/** New content for one file; `after` undefined removes it, `before` undefined makes it. */
export interface UnitEdit {
  readonly path: string;
  readonly before: UnitFile | undefined;
  readonly after: string | undefined;
  readonly how: 'drop-in' | 'in-place';
}

/** What must be written, or why nothing that we may write can bring it about. */
export type UnitEdits =
  | { readonly kind: 'edits'; readonly edits: readonly UnitEdit[] }
  | { readonly kind: 'blocked'; readonly what: string; readonly why: string; readonly hint: string };

/** What the files say, once systemd has read them: the last assignment that it understands wins. */
export interface Configured {
  readonly flags: MountFlags;
  readonly privateMounts: boolean;
}

/** The files as systemd applies them: the unit file, then the drop-ins by name; of equal names the one in /etc, then in /run, counts. */
export function inOrder(files: readonly UnitFile[]): readonly UnitFile[] {
  const [unit, ...dropIns] = files;
  const byName = new Map<string, UnitFile>();
  for (const file of [...dropIns].sort((a, b) => rank(b) - rank(a))) byName.set(nameOf(file.path), file);
  const sorted = [...byName.values()].sort((a, b) => compareBytes(nameOf(a.path), nameOf(b.path)));
  return unit === undefined ? [] : [unit, ...sorted];
}

function rank({ path }: UnitFile): number {
  return path.startsWith('/etc/') ? 0 : path.startsWith('/run/') ? 1 : 2;
}

/** The settings that the files add up to, in the order in which systemd applies them. */
export function configuredBy(files: readonly Pick<UnitFile, 'text'>[]): Configured {
  let flags = '';
  let mounts = '';
  for (const { text } of files) {
    const unit = parseUnit(text);
    flags = lastValue(unit, 'MountFlags', (value) => value === '' || isFlagWord(value)) ?? flags;
    mounts = lastValue(unit, 'PrivateMounts', (value) => isTrue(value) || isFalse(value)) ?? mounts;
  }
  return { flags: isFlagWord(flags) ? flags : 'unset', privateMounts: isTrue(mounts) };
}

/** True if two readings of the same unit are not the same. */
export function differs(shown: Configured | undefined, configured: Configured): boolean {
  if (shown === undefined) return false;
  return shown.flags !== configured.flags || shown.privateMounts !== configured.privateMounts;
}

/** True if a file is a drop-in that we wrote; told by its head line, whatever its name. */
export function isOurs(file: Pick<UnitFile, 'path' | 'text'>): boolean {
  return file.path.startsWith(`${DROP_IN_DIRECTORY}/`) && file.text.startsWith(MARK);
}

/**
 * What to write so that MountFlags= comes to `target`: our own line goes first, then what others wrote is patched where
 * that is asked for, and what is left is overridden by our drop-in. Empty if it is so already, whoever made it so.
 */
export function planEdits(
  files: readonly UnitFile[],
  target: MountFlags,
  options: { readonly inPlace: boolean; readonly dropIn: string },
): UnitEdits {
  if (reaches(files, target)) return { kind: 'edits', edits: [] };
  const path = `${DROP_IN_DIRECTORY}/${options.dropIn}`;
  const occupant = files.find((file) => file.path === path);
  const after = new Map<string, string | undefined>();
  for (const file of files) {
    if (isOurs(file)) after.set(file.path, withoutOurLines(file.text));
    else if (options.inPlace && isPatchable(file)) after.set(file.path, patched(files, file, target));
  }
  if (!reaches(applied(files, after), target)) {
    if (occupant !== undefined && !isOurs(occupant)) return occupied(path);
    const others = configuredBy(applied(files, after));
    after.set(path, ourText(occupant?.text, target, others));
    const end = applied(files, after);
    if (!reaches(end, target)) return overridden(end, path);
  }
  return { kind: 'edits', edits: editsOf(files, after) };
}

/** In unset, nothing may give dockerd a namespace of its own. */
function reaches(files: readonly Pick<UnitFile, 'text'>[], target: MountFlags): boolean {
  const { flags, privateMounts } = configuredBy(files);
  return flags === target && (target !== 'unset' || !privateMounts);
}

/** The files as they would be; a new drop-in takes its place by its name, byte by byte, behind the unit file. */
function applied(
  files: readonly UnitFile[],
  after: ReadonlyMap<string, string | undefined>,
): readonly { readonly path: string; readonly text: string }[] {
  const kept = files.flatMap(({ path, text }) => {
    const changed = after.has(path) ? after.get(path) : text;
    return changed === undefined ? [] : [{ path, text: changed }];
  });
  const added = [...after].flatMap(([path, text]) =>
    text === undefined || files.some((file) => file.path === path) ? [] : [{ path, text }],
  );
  const [unit, ...dropIns] = [...kept, ...added];
  return unit === undefined ? [] : [unit, ...dropIns.sort((a, b) => compareBytes(nameOf(a.path), nameOf(b.path)))];
}

function editsOf(files: readonly UnitFile[], after: ReadonlyMap<string, string | undefined>): readonly UnitEdit[] {
  return [...after].flatMap(([path, text]) => {
    const before = files.find((file) => file.path === path);
    if (before?.text === text) return [];
    return [
      { path, before, after: text, how: before === undefined || isOurs(before) ? 'drop-in' : 'in-place' } as const,
    ];
  });
}

/** A regular file of the host's own: no link to a vendor file, and none of ours. */
function isPatchable(file: UnitFile): boolean {
  return file.path.startsWith(HOST_UNITS) && file.target === file.path && file.witness !== '';
}

/** Without the lines that speak against it; for a value, the last line that says one is rewritten, or one is added to the unit file. */
function patched(files: readonly UnitFile[], file: UnitFile, target: MountFlags): string {
  if (target === 'unset') {
    return dropAssignments(dropAssignments(file.text, 'MountFlags', isFlagWord), 'PrivateMounts', isTrue);
  }
  const foreign = files.filter((each) => !isOurs(each));
  const says = (each: UnitFile) => lastValue(parseUnit(each.text), 'MountFlags', isFlagWord) !== undefined;
  const place = foreign.findLast(says) ?? foreign[0];
  return place === file ? setAssignment(file.text, 'MountFlags', target) : file.text;
}

/** Our file without our settings; undefined if it said nothing else. */
function withoutOurLines(text: string): string | undefined {
  const rest = dropAssignments(
    dropAssignments(text, 'MountFlags', () => true),
    'PrivateMounts',
    () => true,
  );
  return saysNothing(rest) ? undefined : rest;
}

/** Our drop-in: an empty value takes back what stands before it (systemd.exec(5)); lines that others added to it stay. */
function ourText(before: string | undefined, target: MountFlags, others: Configured): string {
  const rest = before === undefined ? undefined : withoutOurLines(before);
  const value = target === 'unset' ? '' : target;
  const text = setAssignment(rest ?? `${HEAD}\n[Service]\n`, 'MountFlags', value);
  return target === 'unset' && others.privateMounts ? setAssignment(text, 'PrivateMounts', 'no') : text;
}

function occupied(path: string): UnitEdits {
  return {
    kind: 'blocked',
    what: path,
    why: 'somebody else wrote this drop-in',
    hint: 'Give drop_in another name, or set in_place: true to patch it.',
  };
}

function overridden(files: readonly { readonly path: string; readonly text: string }[], path: string): UnitEdits {
  const ours = nameOf(path);
  const later = files.slice(1).filter((file) => compareBytes(nameOf(file.path), ours) > 0);
  const by = later.find(({ text }) =>
    parseUnit(text).assignments.some(({ key }) => /^(MountFlags|PrivateMounts)$/.test(key)),
  );
  return {
    kind: 'blocked',
    what: by?.path ?? path,
    why: `systemd reads it after ${ours}, so that its setting would win`,
    hint: `Set drop_in: zz-${ours} or another name that comes later in the alphabet, or set in_place: true.`,
  };
}

const isTrue = (value: string): boolean => /^(1|yes|y|true|t|on)$/i.test(value);

const isFalse = (value: string): boolean => /^(0|no|n|false|f|off)$/i.test(value);

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** As strcmp(3) in the C locale: systemd sorts drop-ins by their names. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
