import type { Standing } from '../../core/standing.ts';
import { printable } from '../../core/text.ts';
import { readMemory, writeMemory } from '../../journal/schedule-memory.ts';
import { renderSchedule } from '../../report/schedule-view.ts';
import { compareStandings, isToldOf, type NotifyOn, remembered, type Seen } from '../../report/standing-diff.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { styleFor } from '../look.ts';
import { verbosityOf } from '../reporters.ts';

/** How a scheduled run went, as far as it is compared with the next one. */
export interface Attempt {
  readonly exitCode: number;
  readonly standings: readonly Standing[];
  /** Missing where it ended before it looked at a host. */
  readonly seen?: Seen;
  /** Why it did not begin, for whoever is told. */
  readonly failure?: readonly string[];
  readonly record?: string;
}

/** Compares a run with the last one of its schedule, says what --notify-on asks for, and keeps what the next one needs. */
export function tellChanges(io: Io, given: Given, memoryFile: string, name: string, attempt: Attempt): void {
  const memory = readMemory(memoryFile);
  const before = memory.kind === 'known' ? memory.standings : [];
  const diff = compareStandings(before, attempt.standings, attempt.seen);
  const notify = (given.text('notify-on') ?? 'changed') as NotifyOn;
  const lost = memory.kind === 'damaged' ? `${memoryFile}: ${memory.why}` : undefined;
  if (lost !== undefined || verbosityOf(given) > 0 || isToldOf(notify, diff)) {
    if (attempt.failure !== undefined && attempt.failure.length > 1)
      io.err.write(`${attempt.failure.slice(1).join('\n')}\n`);
    const lines = renderSchedule(diff, {
      ...{ style: styleFor(io, given.with('color', 'never'), io.out), name, exitCode: attempt.exitCode },
      withStill: notify === 'always' || notify === 'problem' || verbosityOf(given) > 0,
      ...(lost === undefined ? {} : { memoryLost: lost }),
      ...(attempt.record === undefined ? {} : { record: attempt.record }),
    });
    io.out.write(`${lines.join('\n')}\n`);
  }
  keep(io, memoryFile, remembered(attempt.standings, diff));
}

function keep(io: Io, memoryFile: string, standings: readonly Standing[]): void {
  try {
    writeMemory(memoryFile, io.clock.now(), standings);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.err.write(
      `${printable(`What this run saw cannot be kept, so the next one compares with an older one: ${why}`)}\n`,
    );
  }
}
