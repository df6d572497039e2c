import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { type ScheduleFacts, scheduleFacts } from '../../programs/schedule-facts.ts';
import { type PathFound, type PathLook, type PathQuestion, statPath } from '../../programs/stat-path.ts';
import { statPaths } from '../../programs/stat-paths.ts';
import { type UnitState, type UnitsLook, unitStates } from '../../programs/systemd-unit-state.ts';
import { lookAtTextFile, type TextFile } from '../../programs/text-file.ts';
import { MAX_CONTENT_BYTES } from '../../programs/write-file.ts';
import type { Observed } from '../module.ts';
import { type FileKind, KINDS, metricsIn, pathsOf, starterOf, textsOf, unitsOf } from './files.ts';
import { readMark } from './own-mark.ts';
import type { ScheduleParams } from './params.ts';
import { calendarOf } from './times.ts';

/** What there is of a schedule on a host. */
export interface ScheduleState {
  readonly facts: ScheduleFacts;
  readonly by: 'systemd' | 'cron';
  readonly files: Readonly<Record<FileKind, TextFile>>;
  /** What each should hold; null: it should not be there. */
  readonly wanted: Readonly<Record<FileKind, string | null>>;
  /** Undefined where systemd does not run the host. */
  readonly service: UnitState | undefined;
  readonly timer: UnitState | undefined;
  readonly directory: PathFound;
  /** Where the metrics are to go; undefined: nowhere. */
  readonly metricsDirectory: PathFound | undefined;
  /** A file with our metrics that nothing will update any more. */
  readonly staleMetrics: TextFile | undefined;
}

/** Properties of timers (org.freedesktop.systemd1(5)). */
const TIMER_PROPERTIES = ['NextElapseUSecRealtime', 'LastTriggerUSec', 'ExecMainStatus'];

/** Looks at the files, the units, and what could start them, all at once; reads only what is not as wanted. */
export function observeSchedule(host: Session, params: ScheduleParams): Promise<Observed<ScheduleState>> {
  return observe(host, params, (questions) => Promise.all(questions.map((each) => statPath(host, each))));
}

/** Looks at several, with one call for all paths. */
export function observeSchedules(
  host: Session,
  each: readonly ScheduleParams[],
): Promise<readonly Observed<ScheduleState>[]> {
  return Promise.all(each.map((params) => observe(host, params, (questions) => statPaths(host, questions))));
}

type StatAll = (questions: readonly PathQuestion[]) => Promise<readonly PathLook[]>;

async function observe(host: Session, params: ScheduleParams, statAll: StatAll): Promise<Observed<ScheduleState>> {
  const paths = pathsOf(params);
  const { service, timer } = unitsOf(params);
  const metricsDirectory = params.metrics ? params.metrics.replace(/\/[^/]*$/, '') : undefined;
  const [facts, units, looks] = await Promise.all([
    scheduleFacts(host, params.state === 'absent' ? undefined : params.calendar && calendarOf(params)),
    unitStates(host, [service, timer], TIMER_PROPERTIES),
    statAll([
      ...KINDS.map((kind) => question(paths[kind], true)),
      question(params.directory, false),
      ...(metricsDirectory === undefined ? [] : [question(metricsDirectory, false, true)]),
    ]),
  ]);
  if (!facts.ok) return { kind: 'unknown', error: facts.error };
  // Where systemd does not run the host there are no units; whatever else kept them from being seen is no answer.
  const hasNone = facts.facts.systemd === undefined && !units.ok && units.error.code === 'E_PREFLIGHT_TOOL';
  if (!units.ok && !hasNone) return { kind: 'unknown', error: units.error };
  const wrong = looks.find((look) => !look.ok);
  if (wrong?.ok === false) return { kind: 'unknown', error: wrong.error };
  return read(host, params, { facts: facts.facts, units, looks });
}

const question = (path: string, hash: boolean, follow = false) => ({ path, follow, hash, names: false });

interface Seen {
  readonly facts: ScheduleFacts;
  readonly units: UnitsLook;
  readonly looks: readonly PathLook[];
}

async function read(
  host: Session,
  params: ScheduleParams,
  { facts, units, looks }: Seen,
): Promise<Observed<ScheduleState>> {
  const wanted = textsOf(params, facts, host.facts.nodename);
  const paths = pathsOf(params);
  const found = (index: number): PathFound => {
    const look = looks[index];
    return look?.ok ? look.found : { type: 'absent' };
  };
  const files: Partial<Record<FileKind, TextFile>> = {};
  for (const [index, kind] of KINDS.entries()) {
    const look = await lookAtTextFile(host, paths[kind], looks[index], wanted[kind] ?? undefined, MAX_CONTENT_BYTES);
    if (!look.ok) return { kind: 'unknown', error: look.error };
    files[kind] = look.file;
  }
  const all = files as Record<FileKind, TextFile>;
  const stale = await staleMetrics(host, params, all);
  if (stale instanceof UnbusyError) return { kind: 'unknown', error: stale };
  const by = starterOf(params, facts);
  const state: ScheduleState = {
    ...{ facts, by, files: all, wanted },
    service: units.ok ? units.units[0] : undefined,
    timer: units.ok ? units.units[1] : undefined,
    directory: found(KINDS.length),
    metricsDirectory: params.metrics ? found(KINDS.length + 1) : undefined,
    staleMetrics: stale,
  };
  return { kind: 'known', state, gaps: gapsOf(state, params) };
}

/** The metrics of what is installed now, unless what is wanted goes on with the same file. */
async function staleMetrics(
  host: Session,
  params: ScheduleParams,
  { service, cron }: Readonly<Record<FileKind, TextFile>>,
): Promise<TextFile | UnbusyError | undefined> {
  const ours = [service, cron].find(({ text }) => text !== undefined && readMark(text) === 'whole');
  const installed = metricsIn(ours?.text);
  const path = installed ?? (params.state === 'absent' ? params.metrics : undefined);
  if (!path || (params.state === 'present' && path === params.metrics)) return undefined;
  const look = await lookAtTextFile(host, path);
  if (!look.ok) return look.error;
  return look.file.text?.startsWith('# HELP unbusy_') ? look.file : undefined;
}

/** A schedule that nobody starts must not look like one that runs. */
function gapsOf({ by, facts }: ScheduleState, params: ScheduleParams): readonly Gap[] {
  if (params.state === 'absent' || by !== 'cron' || facts.cronDaemons.length > 0) return [];
  return [
    {
      what: pathsOf(params).cron,
      why: 'no cron daemon that reads /etc/cron.d runs on this host: nothing will start it',
    },
  ];
}
