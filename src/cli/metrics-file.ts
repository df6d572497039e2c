import { accessSync, constants, lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { RunReport } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { replaceFile } from '../core/whole-file.ts';
import { parseExposition, renderExposition, type Sample } from '../report/exposition.ts';
import type { Listener } from '../report/listener.ts';
import { metricsOf } from '../report/metrics.ts';
import { explainFailure } from './failure.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';

/** node-exporter runs as somebody else. */
const MODE = 0o644;

/**
 * Does a run, and writes its metrics to where --metrics says, however it ends; not if another process holds its lock.
 * `exitCode` says how a run with that report ends. Throws E_USAGE before the run for a place that cannot be written.
 */
export async function withMetrics<T>(
  io: Io,
  given: Given,
  playbook: string,
  exitCode: (report: RunReport) => number,
  work: (listeners: readonly Listener[]) => Promise<T>,
): Promise<T> {
  const path = metricsPath(given);
  if (path === undefined) return work([]);
  const stem = basename(playbook, extname(playbook));
  const startedMs = io.clock.now();
  const periodMs = given.has('cron') ? given.duration('every') : undefined;
  let told = false;
  const write = (code: number, report?: RunReport) => {
    told = true;
    const facts = { playbook: stem, version: io.version, startedMs, endedMs: io.clock.now(), exitCode: code };
    const period = periodMs === undefined ? {} : { periodMs };
    replaceMetrics(io, path, stem, (before) =>
      metricsOf({ ...facts, ...period, ...(report === undefined ? {} : { report }) }, before),
    );
  };
  const listener: Listener = {
    handle(event) {
      if (event.kind === 'run-end') write(exitCode(event.report), event.report);
    },
    close: async () => undefined,
  };
  try {
    return await work([listener]);
  } catch (thrown) {
    if (!told && reportError(thrown).code !== 'E_LOCK') write(explainFailure(thrown).exitCode);
    throw thrown;
  }
}

/** Where the metrics go, if they are asked for. Throws E_USAGE if they cannot be written there. */
export function metricsPath(given: Given): string | undefined {
  const typed = given.text('metrics');
  if (typed === undefined) return undefined;
  const path = resolve(typed);
  const why = whyNotWritable(path);
  if (why === undefined) return path;
  throw new UnbusyError('E_USAGE', `--metrics ${printable(typed)}: ${why}`, {
    hint: 'Name a file of its own that ends in .prom, in a directory that is there and that you may write.',
  });
}

/** Why no metrics can be written there; the textfile collector reads names in .prom only, and other metrics are not ours to replace. */
export function whyNotWritable(path: string): string | undefined {
  if (extname(path) !== '.prom') return 'the name does not end in .prom, and the textfile collector would not read it';
  return whyNoDirectory(path) ?? whyNotOurs(path);
}

function whyNotOurs(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) return 'it is there, and is no regular file';
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    const foreign = lines.some((line) => line !== '' && !/^(?:#|unbusy_)/.test(line));
    return foreign ? 'it holds what unbusy did not write' : undefined;
  } catch {
    // It is replaced all the same, and then said.
    return undefined;
  }
}

function whyNoDirectory(path: string): string | undefined {
  const directory = dirname(path);
  try {
    if (!statSync(directory).isDirectory()) return `${directory} is no directory`;
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `the directory ${directory} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

/** The run has its own result, so trouble with its metrics is only said. */
function replaceMetrics(
  io: Io,
  path: string,
  playbook: string,
  make: (before: readonly Sample[]) => ReturnType<typeof metricsOf>,
): void {
  const say = (text: string) => io.err.write(`${printable(`${path}: ${text}`)}\n`);
  try {
    const families = make(readBefore(path, playbook, say));
    replaceFile(path, renderExposition(families), MODE);
    const folded = families.find(({ name }) => name === 'unbusy_leaks_folded_series')?.samples[0]?.value ?? 0;
    if (folded > 0) say(`${folded} series of unbusy_leaks are summed up under host="(others)"`);
  } catch (error) {
    say(`the metrics could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readBefore(path: string, playbook: string, say: (text: string) => void): readonly Sample[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') say(`the old metrics cannot be read (${code}), so counters begin anew`);
    return [];
  }
  const samples = parseExposition(text);
  if (samples === undefined) say('the old metrics are cut or not ours, so counters begin anew');
  const strange = samples?.find(({ labels }) => labels.playbook !== playbook);
  if (strange !== undefined)
    say(
      `it held metrics of ${strange.labels.playbook ?? 'something else'}, which are gone: give each a file of its own`,
    );
  return samples ?? [];
}
