import { hostname } from 'node:os';
import { basename, resolve } from 'node:path';
import { formatDuration } from '../../core/clock.ts';
import { reportError, UnbusyError } from '../../core/errors.ts';
import type { RunReport } from '../../core/results.ts';
import { claimLock } from '../../journal/owner-lock.ts';
import { type Schedule, scheduleFiles } from '../../journal/schedule-memory.ts';
import { shapeOf } from '../../report/causes.ts';
import type { Listener } from '../../report/listener.ts';
import { ofRun, standingsOf, wasSeenWhole } from '../../report/standings.ts';
import { explainFailure } from '../failure.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { metricsPath, withMetrics } from '../metrics-file.ts';
import { runsFolder } from '../recording.ts';
import { verbosityOf } from '../reporters.ts';
import { lockSchedule } from './lock.ts';
import { sleepUnlessSignalled } from './sleep.ts';
import { splayOf } from './splay.ts';
import { type Attempt, tellChanges } from './tell.ts';

/** What is run on a schedule. */
export interface ScheduledJob {
  readonly file: string;
  /** As it can be typed again. */
  readonly command: string;
  run(io: Io, given: Given, listeners: readonly Listener[]): Promise<Ran>;
}

/** A run that came to its report, without secrets, and where its record is. */
export interface Ran {
  readonly report: RunReport;
  readonly record?: string;
}

/**
 * Runs for a crontab or a timer: nobody is asked anything, one run of a playbook and inventory at a time, and something is
 * said only if --notify-on says so. Gives the exit code, which is that of the run. Throws E_USAGE and E_LOCK.
 */
export async function runScheduled(io: Io, given: Given, job: ScheduledJob): Promise<number> {
  refuseContradictions(given);
  const folder = runsFolder(io, given);
  if (folder === undefined)
    throw new UnbusyError('E_USAGE', '--cron needs a place for its lock, and neither XDG_STATE_HOME nor HOME is set', {
      hint: 'Give --run-dir FOLDER.',
    });
  const schedule = scheduleOf(job.file, given);
  const splayMs = splayOf(given.duration('splay') ?? 0, hostname(), schedule);
  if (splayMs > 0) {
    const words = `begins in ${formatDuration(splayMs)} (--splay, always so on this host)\n`;
    await sleepUnlessSignalled(io, splayMs, 'before its splay was over', verbosityOf(given) > 0 ? words : '');
  }
  const files = keptIn(folder, () => scheduleFiles(folder, schedule));
  const claim = () => keptIn(folder, () => claimLock(files.lock, io.clock.now(), job.command));
  const release = await lockSchedule(io, files.lock, claim, given.duration('lock-wait') ?? 0);
  try {
    const attempt = await tryRun(alone(io), given.with('color', 'never'), job);
    tellChanges(io, given, files.memory, basename(job.file), attempt);
    return attempt.exitCode;
  } finally {
    release();
  }
}

/** The playbook, the inventory, and all else that decides what a run looks at. */
export function scheduleOf(file: string, given: Given): Schedule {
  const words = ['tags', 'skip-tags', 'extra-vars'].map((name) => JSON.stringify(given.list(name)));
  return {
    playbook: resolve(file),
    inventory: given.list('inventory').map((each) => (each.includes(',') ? each : resolve(each))),
    rest: [given.has('check') ? 'check' : 'run', given.text('limit') ?? '', ...words],
  };
}

/** Nobody sits in front of it, also where it is tried at a terminal. */
const alone = (io: Io): Io => ({ ...io, ask: undefined, askHidden: undefined });

function refuseContradictions(given: Given): void {
  metricsPath(given);
  for (const [name, instead] of [
    ['json', 'Take --json away: the record of each run has all events, and --metrics has the numbers.'],
    ['jsonl', 'Take --jsonl away: the record of each run has all events.'],
    ['ask-become-pass', 'Set UNBUSY_BECOME_PASSWORD in the environment instead.'],
  ] as const)
    if (given.has(name)) throw new UnbusyError('E_USAGE', `--cron and --${name} exclude each other`, { hint: instead });
}

/** A folder that cannot be written is no bug of ours. */
function keptIn<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnbusyError('E_USAGE', `--cron cannot keep its lock in ${folder}: ${why}`, {
      hint: 'Make the folder writable, or give another one: --run-dir FOLDER.',
      cause: error,
    });
  }
}

/** What ends a run before it looks at a host is a finding like any other: told once, not at each run. A bug of ours is thrown. */
async function tryRun(io: Io, given: Given, job: ScheduledJob): Promise<Attempt> {
  try {
    const { report, record } = await withMetrics(
      io,
      given,
      job.file,
      ({ exitCode }) => exitCode,
      (listeners) => job.run(io, given, listeners),
    );
    const seen = new Map(report.hosts.map((host) => [host.host, wasSeenWhole(host) ? 'whole' : 'in-part'] as const));
    const attempt = { exitCode: report.exitCode, standings: standingsOf(report), seen };
    return record === undefined ? attempt : { ...attempt, record };
  } catch (thrown) {
    const { lines, exitCode } = explainFailure(thrown);
    const { code } = reportError(thrown);
    if (exitCode === 1 || code === 'E_LOCK') throw thrown;
    const [head = ''] = lines;
    return { exitCode, standings: [ofRun(`${exitCode} ${shapeOf(head, '')}`, head)], failure: lines };
  }
}
