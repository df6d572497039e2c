import type { ExitCode } from '../../core/exit-codes.ts';
import { strongest } from '../../core/exit-codes.ts';
import type { RunReport } from '../../core/results.ts';
import { diagnosisJson, renderDiagnosis } from '../../report/diagnosis-view.ts';
import type { Listener } from '../../report/listener.ts';
import { plainListener } from '../../report/plain.ts';
import { Screen } from '../../report/screen.ts';
import { TrendSeries } from '../../report/trend-series.ts';
import { renderTrends } from '../../report/trend-view.ts';
import { type WatchedLook, watchLines, watchScreen } from '../../report/watch-view.ts';
import { connectWith } from '../connector.ts';
import type { Given } from '../given.ts';
import type { EndingSignal, Io } from '../io.ts';
import { canRedraw, styleFor } from '../look.ts';
import { diagnosisExitCode } from './exit-code.ts';
import { KeptConnections } from './kept-connections.ts';
import { diagnosisOf, lookOnce, viewOptions } from './look.ts';

/** How a watch goes. */
export interface WatchPlan {
  readonly everyMs: number;
  /** Looks after which it ends by itself. */
  readonly looks: number;
  readonly logWindowMs: number;
}

/** Looks again and again over the same connections, tells what moves, and ends with a summary. */
export async function watch(io: Io, given: Given, plan: WatchPlan): Promise<ExitCode> {
  const stop = new AbortController();
  let signal: EndingSignal | undefined;
  const dispose = io.onSignal((each) => {
    signal ??= each;
    stop.abort();
  });
  const told = tellingOf(io, given, plan.everyMs);
  const kept = new KeptConnections(connectWith(io, given, (event) => told.listener().handle(event)));
  const selection = diagnosisOf(given, plan.logWindowMs);
  const series = new TrendSeries();
  // Of all looks but the last only their times are kept: a watch may go on for days.
  const times: LookTime[] = [];
  let last: WatchedLook | undefined;
  try {
    for (let number = 1; number <= plan.looks && !stop.signal.aborted; number++) {
      if (number > 1 && !(await pause(io, plan.everyMs, stop.signal))) break;
      const atMs = io.clock.now();
      const report = await lookOnce(io, given, selection, told.listener(), kept);
      // What was cut short knows less than the whole look before it.
      if (last !== undefined && isCutShort(report)) break;
      series.add(report, atMs);
      const look = { number, atMs, report, rows: series.rows() };
      told.look(look, last?.report);
      times.push({ at: new Date(atMs).toISOString(), durationMs: report.durationMs });
      last = look;
    }
  } finally {
    told.end();
    dispose();
    await kept.close();
  }
  const code = last === undefined ? 0 : diagnosisExitCode(last.report);
  const exitCode = strongest([code, signal === undefined ? 0 : signal === 'SIGINT' ? 130 : 143]);
  if (last !== undefined) printEnd(io, given, last, times, exitCode);
  return exitCode;
}

/** When a look began, and how long it took. */
interface LookTime {
  readonly at: string;
  readonly durationMs: number;
}

function isCutShort({ exitCode }: RunReport): boolean {
  return exitCode === 130 || exitCode === 143;
}

/** False if it was interrupted. */
async function pause(io: Io, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await io.clock.sleep(ms, signal);
    return true;
  } catch {
    return false;
  }
}

/** How the looks are told while they go on. */
interface Telling {
  /** For the events of one look. */
  listener(): Listener;
  look(look: WatchedLook, before: RunReport | undefined): void;
  end(): void;
}

/** One screen that is redrawn on a terminal, else lines on stderr that say what changed. */
function tellingOf(io: Io, given: Given, everyMs: number): Telling {
  const err = styleFor(io, given, io.err);
  const write = (text: string) => io.err.write(text);
  const quiet = given.has('quiet');
  if (!quiet && !given.has('json') && canRedraw(io, io.out)) {
    const style = styleFor(io, given, io.out);
    const screen = new Screen((text) => io.out.write(text), io.out.columns);
    const silent: Listener = {
      handle: (event) => {
        if (event.kind === 'notice') screen.scroll(event.text);
      },
      close: async () => {},
    };
    return {
      listener: () => silent,
      look: (look) => screen.draw(watchScreen(look, everyMs, style, io.out.columns())),
      end: () => screen.clear(),
    };
  }
  return {
    listener: () => plainListener({ write, style: err, clock: io.clock, verbosity: -1, problemsOnly: true }),
    look(look, before) {
      if (!quiet) write(`${watchLines(look, before).join('\n')}\n`);
    },
    end: () => {},
  };
}

function printEnd(io: Io, given: Given, last: WatchedLook, looks: readonly LookTime[], exitCode: ExitCode): void {
  if (given.has('json')) {
    const json = {
      schema: 'unbusy/diagnose-watch/1',
      looks,
      trends: last.rows,
      last: diagnosisJson(last.report, exitCode),
    };
    io.out.write(`${JSON.stringify(json, null, 2)}\n`);
    return;
  }
  const options = viewOptions(io, given, last.report);
  const trends = renderTrends(last.rows, options.style, options.columns);
  const lines = [
    ...trends,
    ...(trends.length === 0 ? [] : ['']),
    ...renderDiagnosis(last.report, options),
    `${looks.length === 1 ? '1 look' : `${looks.length} looks`}; the verdicts are those of the last.`,
  ];
  io.out.write(`${lines.join('\n')}\n`);
}
