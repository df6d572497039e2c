import type { Standing, StandingDiff } from '../core/standing.ts';

/** When a scheduled run says something. */
export const NOTIFY_ON = ['changed', 'problem', 'always', 'recovered'] as const;
export type NotifyOn = (typeof NOTIFY_ON)[number];

/** What of a host was seen: all of it, so that what is not told any more is gone, or not all. */
export type Seen = ReadonlyMap<string, 'whole' | 'in-part'>;

/** Compares two runs. `seen` has every host of the later one; undefined: it ended before it looked at any. */
export function compareStandings(
  before: readonly Standing[],
  now: readonly Standing[],
  seen: Seen | undefined,
): StandingDiff {
  const known = new Set(before.map(keyOf));
  const present = new Set(now.map(keyOf));
  // What was done once is no state: nothing is gone when it is not done again.
  const absent = before.filter((each) => each.about !== 'done' && !present.has(keyOf(each)));
  const fate = absent.map((each) => ({ each, fate: fateOf(each, seen) }));
  const of = (wanted: string) => fate.filter((one) => one.fate === wanted).map(({ each }) => each);
  return {
    fresh: now.filter((each) => !known.has(keyOf(each))),
    still: now.filter((each) => each.about !== 'done' && known.has(keyOf(each))),
    ...{ gone: of('gone'), left: of('left'), unseen: of('unseen') },
  };
}

/** What the next run is compared with: also what could not be looked at again is still believed. */
export function remembered(now: readonly Standing[], { unseen }: StandingDiff): readonly Standing[] {
  return [...now, ...unseen];
}

/** True if somebody is to be told. */
export function isToldOf(notify: NotifyOn, { fresh, gone, left, still, unseen }: StandingDiff): boolean {
  switch (notify) {
    case 'always':
      return true;
    case 'changed':
      return fresh.length + gone.length + left.length > 0;
    case 'problem':
      return [...fresh, ...still, ...unseen].some(({ trouble }) => trouble);
    case 'recovered':
      return gone.some(({ trouble }) => trouble);
  }
}

function fateOf({ host, about }: Standing, seen: Seen | undefined): 'gone' | 'left' | 'unseen' {
  if (host === '') return 'gone';
  if (seen === undefined) return 'unseen';
  const part = seen.get(host);
  if (part === undefined) return 'left';
  // How the look went is known of this run, however little it saw.
  return part === 'whole' || about === 'look' ? 'gone' : 'unseen';
}

const keyOf = ({ host, id }: Standing) => `${host}\0${id}`;
