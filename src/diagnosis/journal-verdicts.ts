import { formatDuration } from '../core/clock.ts';
import type { Finding } from '../core/findings.ts';
import { printable } from '../core/text.ts';
import { type Shown, withoutEchoes } from './journal-echoes.ts';
import type { LogFacts, LogLine } from './journal-facts.ts';
import type { Sign, Subject } from './journal-sign.ts';
import { SIGNS } from './journal-signs.ts';

/** All lines of one sign about one subject. */
export interface Sighting {
  readonly sign: Sign;
  readonly subject: Subject;
  /** How many lines; the least, if the log was cut. */
  readonly count: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** The newest line. */
  readonly example: string;
}

/** What else is known of the host, against which the log is held. */
export interface LogContext {
  readonly names: ReadonlyMap<string, string>;
  /** Full ids of containers that have a task in state D now. */
  readonly stuck: ReadonlySet<string>;
  /** Tasks that are in state D now, as NAME:TID. */
  readonly tasks: ReadonlySet<string>;
  /** Containers, as the log names them, of which Docker said that there is none; a container that is missing here may exist. */
  readonly gone?: ReadonlySet<string>;
}

/** Names by which programs write to the journal; a container may have any other. */
const WRITERS: Readonly<Record<Exclude<Sign['from'], 'any'>, RegExp>> = {
  kernel: /^kernel$/,
  runtime: /^(?:dockerd?|docker-current|dockerd-current|containerd|docker-containerd|crio|cri-o|podman)$/,
  kubelet: /^(?:kubelet|hyperkube|k3s|rke2)$/,
};

/** Subjects that are named. */
const NAMED = 4;

/** What the log says, by sign and subject, the most frequent first. Each line counts for the first sign that it shows. */
export function readSigns(facts: LogFacts): readonly Sighting[] {
  const found = new Map<string, Sighting>();
  for (const { line, sign, subject } of withoutEchoes(facts.lines.flatMap((each) => matchOf(each) ?? []))) {
    const key = `${sign.id}:${subject.kind}:${subject.name}`;
    const before = found.get(key);
    found.set(key, {
      sign,
      subject,
      example: line.text,
      ...before,
      count: (before?.count ?? 0) + 1,
      ...bounds(before, line.atMs),
    });
  }
  return [...found.values()].filter(({ sign, count }) => count >= (sign.least ?? 1)).sort((a, b) => b.count - a.count);
}

function matchOf(line: LogLine): Shown | undefined {
  for (const sign of SIGNS) {
    const writers = sign.from === 'any' ? Object.values(WRITERS) : [WRITERS[sign.from]];
    if (!writers.some((form) => form.test(line.from))) continue;
    const match = sign.form.exec(line.text);
    if (match !== null) return { line, sign, subject: sign.subject(match) };
  }
  return undefined;
}

function bounds(before: Sighting | undefined, atMs: number | undefined): Pick<Sighting, 'firstMs' | 'lastMs'> {
  if (atMs === undefined) return {};
  return { firstMs: Math.min(before?.firstMs ?? atMs, atMs), lastMs: Math.max(before?.lastMs ?? atMs, atMs) };
}

/** One finding for each sign; what does not go on any more is only information. What is stuck now is told by the verdict about it. */
export function logFindings(facts: LogFacts, context: LogContext): readonly Finding[] {
  const bySign = new Map<Sign, Sighting[]>();
  for (const each of readSigns(facts))
    if (!isToldElsewhere(each, context)) bySign.set(each.sign, [...(bySign.get(each.sign) ?? []), each]);
  return [...bySign].flatMap(([sign, sightings]) => {
    const over = sightings.filter((each) => isOver(each, context));
    const rest = sightings.filter((each) => !over.includes(each));
    return [
      ...(rest.length === 0 ? [] : [finding(sign, rest, facts, context)]),
      ...(over.length === 0 ? [] : [pastFinding(sign, over, facts, context)]),
    ];
  });
}

/** Whatever its age: what the log said of a container that does not exist any more holds no more. */
function isOver({ sign, subject }: Sighting, { gone }: LogContext): boolean {
  return sign.over !== undefined && subject.kind === 'container' && gone?.has(subject.name) === true;
}

function isToldElsewhere({ sign, subject }: Sighting, context: LogContext): boolean {
  if (subject.kind === 'task') return context.tasks.has(subject.name);
  const id = fullId(subject, context);
  return sign.fresh === 'stuck' && id !== undefined && context.stuck.has(id);
}

function finding(sign: Sign, sightings: readonly Sighting[], facts: LogFacts, context: LogContext): Finding {
  const going = sightings.filter((each) => goesOn(each, facts));
  const told = going.length > 0 ? going : sightings;
  const count = told.reduce((sum, each) => sum + each.count, 0);
  const [only] = told;
  const subject = told.length === 1 && only !== undefined ? subjectWords(only.subject, context) : '';
  const containerId = told.length === 1 && only !== undefined ? fullId(only.subject, context) : undefined;
  const past = going.length === 0 ? ', not lately' : '';
  return {
    id: `log:${sign.id}`,
    kind: 'health',
    severity: going.length === 0 ? 'info' : sign.severity,
    title: `the log says ${sign.says}${subject === '' ? '' : `: ${subject}`} (${times(count, facts)}${past})`,
    cause: sign.cause,
    remedy: sign.remedy,
    ...(containerId === undefined ? {} : { containerId, containerName: nameOf(containerId, context) }),
    evidence: evidenceOf(told, facts, context),
    ...(sign.avoid === undefined ? {} : { avoid: sign.avoid }),
    ...(sign.playbook === undefined ? {} : { playbook: sign.playbook }),
    data: { count, subjects: subjectsOf(told) },
  };
}

function pastFinding(sign: Sign, all: readonly Sighting[], facts: LogFacts, context: LogContext): Finding {
  const count = all.reduce((sum, each) => sum + each.count, 0);
  const lastMs = all.reduce((last, each) => Math.max(last, each.lastMs ?? 0), 0);
  const until = lastMs === 0 ? '' : `, until ${hourOf(lastMs, facts.nowMs)}`;
  const { says = sign.says, cause = sign.cause } = sign.over ?? {};
  const [only] = all;
  const title =
    all.length === 1 && only !== undefined
      ? `${subjectWords(only.subject, context)} ${says}${until}; it is gone (${times(count, facts)})`
      : `${all.length} containers: each ${says}${until}; all are gone (${times(count, facts)})`;
  return {
    id: `log:${sign.id}:over`,
    kind: 'health',
    severity: 'info',
    title,
    cause,
    remedy: 'Do nothing for these containers; look at what held them (unbusy scan) if it comes back.',
    evidence: evidenceOf(all, facts, context),
    data: { count, subjects: subjectsOf(all) },
  };
}

function evidenceOf(told: readonly Sighting[], facts: LogFacts, context: LogContext): readonly string[] {
  return [
    ...told.slice(0, NAMED).map((each) => sightingWords(each, facts, context)),
    ...(told.length > NAMED ? [`and ${told.length - NAMED} more`] : []),
    `for example: ${printable(told[0]?.example ?? '').slice(0, 300)}`,
  ];
}

function subjectsOf(told: readonly Sighting[]): string[] {
  return told.map(({ subject: { kind, name } }) => `${kind} ${name}`.trim());
}

/** The time in UTC, as no zone of the host is known; with the day, if that is not today's. */
function hourOf(ms: number, nowMs: number): string {
  const [day = '', time = ''] = new Date(ms).toISOString().split('T');
  const today = new Date(nowMs).toISOString().startsWith(day);
  return `${today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** Containers, as the log names them, whose verdict is another one if they are gone. */
export function containersThatMayBeGone(facts: LogFacts): readonly string[] {
  const names = readSigns(facts).flatMap(({ sign, subject }) =>
    sign.over !== undefined && subject.kind === 'container' ? [subject.name] : [],
  );
  return [...new Set(names)];
}

/** A container that did not end and has no task in state D is over it. */
function goesOn({ sign, lastMs }: Sighting, facts: LogFacts): boolean {
  return sign.fresh !== 'stuck' && (lastMs === undefined || facts.nowMs - lastMs <= sign.fresh);
}

/** What the log says of one container, a line each, for a verdict about it. */
export function logLinesOf(sightings: readonly Sighting[], facts: LogFacts, containerId: string): readonly string[] {
  return sightings
    .filter(({ subject }) => subject.kind === 'container' && isSame(subject.name, containerId))
    .map((each) => `the log says ${each.sign.says}: ${rateWords(each, facts)}`);
}

/** What the kernel's log says of one task, told by its name and id; another task may have had the id before. */
export function logLinesOfTask(sightings: readonly Sighting[], facts: LogFacts, task: string): readonly string[] {
  return sightings
    .filter(({ subject }) => subject.kind === 'task' && subject.name === task)
    .map((each) => `the log says that ${printable(task)} was in state D for minutes: ${rateWords(each, facts)}`);
}

function sightingWords(each: Sighting, facts: LogFacts, context: LogContext): string {
  const words = subjectWords(each.subject, context);
  return `${words === '' ? '' : `${words}: `}${rateWords(each, facts)}`;
}

/** How often, and how long ago the last time; an hourly rate needs three lines over a minute or more. */
function rateWords({ count, firstMs, lastMs }: Sighting, facts: LogFacts): string {
  const last =
    lastMs === undefined ? '' : `, last ${formatDuration(Math.max(0, facts.nowMs - lastMs))} before the look`;
  const span = (lastMs ?? 0) - (firstMs ?? 0);
  const rate = count < 3 || span < 60_000 ? '' : `, ${perHour(((count - 1) * 3_600_000) / span)} an hour`;
  return `${times(count, facts)}${rate}${last}`;
}

function perHour(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

function times(count: number, { cut, windowMs }: LogFacts): string {
  const number = `${cut ? 'at least ' : ''}${count === 1 ? 'once' : `${count} times`}`;
  return windowMs === 0 ? number : `${number} in ${formatDuration(windowMs)}`;
}

function subjectWords(subject: Subject, context: LogContext): string {
  if (subject.kind === 'host') return '';
  if (subject.kind !== 'container')
    return `${subject.kind === 'device' ? '' : `${subject.kind} `}${printable(subject.name)}`;
  const id = fullId(subject, context);
  return `container ${id === undefined ? printable(subject.name.slice(0, 12)) : nameOf(id, context)}`;
}

/** The full id of a container, where the log has only its first digits. */
function fullId(subject: Subject, { names, stuck }: LogContext): string | undefined {
  if (subject.kind !== 'container') return undefined;
  return [...stuck, ...names.keys()].find((id) => isSame(subject.name, id));
}

function isSame(name: string, id: string): boolean {
  return name.length >= 12 && id.startsWith(name);
}

function nameOf(id: string, { names }: LogContext): string {
  return printable(names.get(id) ?? id.slice(0, 12));
}
