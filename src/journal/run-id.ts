import { randomBytes } from 'node:crypto';

/** Names of run directories: when the run began (UTC), and an id that tells two of one second apart. */
const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{6})$/;

/** A new name, such as 20260102T030405Z-7f3a1c; names sort by time, to four milliseconds, which the id begins with. */
export function newRunName(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const within = Buffer.from([(nowMs % 1000) / 4]);
  return `${time}-${Buffer.concat([within, randomBytes(2)]).toString('hex')}`;
}

/** The short id in the name of a run; undefined if it is no such name. */
export function idOf(name: string): string | undefined {
  return NAME.exec(name)?.[7];
}

/** When the run of that name began, in milliseconds since 1970; undefined if it is no such name. */
export function startOf(name: string): number | undefined {
  const parts = NAME.exec(name);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** The runs that a word means: a whole name, or the beginning of a name or of an id. */
export function matchingRuns(names: readonly string[], word: string): readonly string[] {
  const whole = names.filter((name) => name === word || idOf(name) === word);
  if (whole.length > 0) return whole;
  return word === '' ? [] : names.filter((name) => name.startsWith(word) || idOf(name)?.startsWith(word) === true);
}
