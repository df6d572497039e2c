import { addedSuffix, mountNeed, volumeNeed } from './binds.ts';
import { matchMonitor } from './monitors.ts';
import type { Problem } from './problem.ts';
import { type Additions, type FoundRecord, findRecords, recordLines } from './record-line.ts';
import type { Site, Subject, SubjectReader } from './subject.ts';

/** What is asked of a file. */
export interface Wish {
  readonly monitors: readonly string[];
  /** Undefined: nothing is asked of the containers. */
  readonly strategy: 'privileged' | 'rslave' | undefined;
  readonly hook: string | undefined;
  readonly dataRoot: string;
}

/** A text with what was asked, or why it cannot be had. */
export type Patched =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly additions: Additions;
      readonly monitors: readonly string[];
    }
  | { readonly kind: 'problems'; readonly text: string; readonly problems: readonly Problem[] };

interface Edit {
  readonly at: number;
  /** Length of what goes. */
  readonly cut: number;
  readonly add: string;
}

const NOTHING: Additions = { privileged: [], rslave: [], hook: undefined };

/** Adds to a text what is asked; what an earlier run added is taken out first, so that asking twice changes nothing. */
export function addPatch(text: string, wish: Wish, read: SubjectReader): Patched {
  const stripped = removePatch(text, read);
  if (stripped.kind === 'problems') return stripped;
  const subject = read(stripped.text);
  const problems = (each: readonly Problem[]): Patched => ({ kind: 'problems', text: subject.text, problems: each });
  if (subject.problems.length > 0) return problems(subject.problems);
  const { edits, additions, monitors, found } = wish.strategy === undefined ? NO_WORDS : editSites(subject, wish);
  if (found.length > 0) return problems(found);
  if (wish.strategy !== undefined && monitors.length === 0 && subject.complete)
    return problems([noMonitor(subject, wish)]);
  const all = { ...additions, hook: wish.hook };
  if (edits.length === 0 && wish.hook === undefined)
    return { kind: 'text', text: subject.text, additions: all, monitors };
  const { place } = subject;
  if ('why' in place) return problems([place]);
  const lines = recordLines(all, place.indent);
  const atEdge = place.at === subject.text.length && !subject.text.endsWith('\n') && subject.text !== '';
  const block = { at: place.at, cut: 0, add: atEdge ? `\n${lines.slice(0, -1)}` : lines };
  const patched = applyEdits(subject.text, [...edits, block]);
  return provenPatch(text, stripped.text, patched, { additions: all, monitors }, read);
}

/** What goes in must come out again byte for byte, and nothing else may have moved. */
function provenPatch(
  text: string,
  stripped: string,
  patched: string,
  { additions, monitors }: { additions: Additions; monitors: readonly string[] },
  read: SubjectReader,
): Patched {
  const again = removePatch(patched, read);
  if (again.kind === 'text' && again.text === stripped) return { kind: 'text', text: patched, additions, monitors };
  const why = 'the change could not be proved to come out again byte for byte';
  return { kind: 'problems', text, problems: [{ at: 0, why, hint: 'Edit it by hand, and please report this file.' }] };
}

/** Takes out what an earlier run added; a text without anything of ours stays as it is. */
export function removePatch(text: string, read: SubjectReader): Patched {
  const none: Patched = { kind: 'text', text, additions: NOTHING, monitors: [] };
  const { records, edited } = findRecords(text);
  if (records.length + edited.length === 0) return none;
  const subject = read(text);
  const [record, second] = records.filter(({ from }) => subject.isComment(commentStart(text, from)));
  const broken = edited.filter((at) => subject.isComment(at));
  const problem = (at: number, why: string): Patched => ({
    kind: 'problems',
    text,
    problems: [{ at, why, hint: UNDO_HINT }],
  });
  if (!subject.readable) {
    return subject.problems.length > 0
      ? { kind: 'problems', text, problems: subject.problems }
      : problem(0, 'cannot be understood');
  }
  if (broken[0] !== undefined) return problem(broken[0], 'our own lines were edited since they were written');
  if (second !== undefined) return problem(second.from, 'our own lines stand here a second time');
  if (record === undefined) return none;
  const removals = wordsOf(text, subject, record);
  const lost = removals.find((removal) => 'why' in removal);
  if (lost !== undefined) return problem(lost.at, lost.why);
  const words = removals.flatMap((removal) => ('why' in removal ? [] : [removal]));
  const line = { at: record.from, cut: record.to - record.from, add: '' };
  return { ...none, text: applyEdits(text, [...words, line]), additions: record.additions };
}

const UNDO_HINT = 'Put it right by hand; nothing was changed.';

function commentStart(text: string, from: number): number {
  return from + (/^[\s]*/.exec(text.slice(from))?.[0].length ?? 0);
}

type Removal = Edit | { readonly at: number; readonly why: string };

function wordsOf(text: string, subject: Subject, { additions, from }: FoundRecord): readonly Removal[] {
  const lost = (key: string, what: string): Removal => ({
    at: from,
    why: `${what} was added for ${key}, and is not there any more`,
  });
  const privileged = additions.privileged.map((key) => {
    const privilege = siteOf(subject, key)?.privilege;
    if (privilege === undefined || 'why' in privilege || !text.startsWith(privilege.text, privilege.at))
      return lost(key, 'privileged');
    return { at: privilege.at, cut: privilege.text.length, add: '' };
  });
  const rslave = additions.rslave.map((key) => {
    const [site = '', number = ''] = key.split(':');
    const bind = siteOf(subject, site)?.binds[Number(number) - 1];
    const suffix = bind === undefined ? undefined : addedSuffix(bind.value);
    if (bind === undefined || suffix === undefined) return lost(key, 'rslave');
    return { at: bind.end - suffix.length, cut: suffix.length, add: '' };
  });
  return [...privileged, ...rslave];
}

/** `cadvisor#2`: the second container that the pattern means. */
function siteOf(subject: Subject, key: string): Site | undefined {
  const [pattern = '', number = '1'] = key.split('#');
  return subject.sites.filter(({ identity }) => matchMonitor(identity, pattern) === 'yes')[Number(number) - 1];
}

interface SiteEdits {
  readonly edits: readonly Edit[];
  readonly additions: Additions;
  readonly monitors: readonly string[];
  readonly found: readonly Problem[];
}

const NO_WORDS: SiteEdits = { edits: [], additions: NOTHING, monitors: [], found: [] };

function editSites(subject: Subject, wish: Wish): SiteEdits {
  const found: Problem[] = [];
  const edits: Edit[] = [];
  const [privileged, rslave, monitors]: [string[], string[], string[]] = [[], [], []];
  for (const site of subject.sites) {
    const key = keyOf(subject, site, wish.monitors);
    if (key === 'unknown') found.push(unknownSite(site));
    if (key !== undefined && key !== 'unknown' && site.looped)
      found.push({
        at: site.at,
        why: 'starts the monitor in a loop with others',
        hint: 'Start it by a line of its own.',
      });
    if (key === 'unknown' || key === undefined || site.looped) continue;
    monitors.push(key);
    const made = wish.strategy === 'rslave' ? bindEdits(site, wish.dataRoot) : privilegeEdit(site);
    found.push(...made.problems);
    edits.push(...made.edits.map(({ edit }) => edit));
    if (wish.strategy === 'rslave') rslave.push(...made.edits.map(({ number }) => `${key}:${number}`));
    else privileged.push(...made.edits.map(() => key));
  }
  return { edits, additions: { privileged, rslave, hook: undefined }, monitors, found };
}

function keyOf(subject: Subject, site: Site, monitors: readonly string[]): string | 'unknown' | undefined {
  const pattern = monitors.find((each) => matchMonitor(site.identity, each) === 'yes');
  if (pattern === undefined)
    return monitors.some((each) => matchMonitor(site.identity, each) === 'unknown') ? 'unknown' : undefined;
  const alike = subject.sites.filter(({ identity }) => matchMonitor(identity, pattern) === 'yes');
  return alike.length === 1 || alike[0] === site ? pattern : `${pattern}#${alike.indexOf(site) + 1}`;
}

interface MadeEdits {
  readonly edits: readonly { readonly edit: Edit; readonly number: number }[];
  readonly problems: readonly Problem[];
}

function privilegeEdit({ privileged, privilege, at }: Site): MadeEdits {
  if (privileged === 'yes') return { edits: [], problems: [] };
  if (privileged === 'absent' && 'why' in privilege) return { edits: [], problems: [privilege] };
  if (privileged === 'absent' && !('why' in privilege))
    return { edits: [{ edit: { at: privilege.at, cut: 0, add: privilege.text }, number: 1 }], problems: [] };
  const why = 'says that the monitor must not be privileged';
  return { edits: [], problems: [{ at, why, hint: 'Take strategy: rslave, or ask who wrote it.' }] };
}

function bindEdits({ binds, unclear }: Site, dataRoot: string): MadeEdits {
  if (unclear !== undefined) return { edits: [], problems: [unclear] };
  const needs = binds.map((bind, index) => {
    const need = bind.form === 'mount' ? mountNeed(bind.value, dataRoot) : volumeNeed(bind.value, dataRoot);
    return { bind, need, number: index + 1 };
  });
  return {
    edits: needs.flatMap(({ bind, need, number }) =>
      need.kind === 'suffix' ? [{ edit: { at: bind.end, cut: 0, add: need.suffix }, number }] : [],
    ),
    problems: needs.flatMap(({ bind, need }) =>
      need.kind === 'problem' ? [{ at: bind.at, why: need.why, hint: need.hint }] : [],
    ),
  };
}

function unknownSite({ at, unclear }: Site): Problem {
  const why = `nobody can tell whether this is a monitor: its image is known only when it runs${unclear ? ', and it has no name before that' : ''}`;
  return { at, why, hint: 'Give it a --name before the first expansion, or write the image itself.' };
}

function noMonitor({ sites }: Subject, { monitors }: Wish): Problem {
  const why = `starts none of the monitors (${monitors.join(', ')}); containers that it starts: ${sites.length}`;
  return {
    at: sites[0]?.at ?? 0,
    why,
    hint: 'Name them in `monitors`, or leave out `strategy` if only the hook is wanted.',
  };
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((one, other) => other.at - one.at);
  return sorted.reduce((result, { at, cut, add }) => result.slice(0, at) + add + result.slice(at + cut), text);
}
