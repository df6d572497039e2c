/** One measurement of a series. */
export interface TrendPoint {
  readonly atMs: number;
  readonly value: number;
}

/** Where a series leads. */
export type Trend =
  | { readonly kind: 'too-few'; readonly samples: number }
  /** It moves less than its own noise, or than a few units. */
  | { readonly kind: 'steady'; readonly samples: number; readonly spanMs: number }
  | {
      readonly kind: 'moving';
      readonly samples: number;
      readonly spanMs: number;
      /** Units an hour; below zero where it falls. */
      readonly perHour: number;
      /** Time until the limit is reached at this rate; absent where it falls, or where there is no limit. */
      readonly exhaustedInMs?: number;
    };

/** Two points make a line through anything. */
export const FEWEST_SAMPLES = 3;

const HOUR_MS = 3_600_000;

/** A daemon opens and closes a few files all the time. */
const NOISE = 3;

/**
 * The slope by least squares over all points. It counts as movement only if the line rises or falls over the window by more than
 * a few units, and by more than twice the deviation of the points from it.
 */
export function trendOf(points: readonly TrendPoint[], limit?: number, noise: number = NOISE): Trend {
  const samples = points.length;
  const [first, last] = [points[0], points.at(-1)];
  const spanMs = first === undefined || last === undefined ? 0 : last.atMs - first.atMs;
  if (first === undefined || last === undefined || samples < FEWEST_SAMPLES || spanMs <= 0)
    return { kind: 'too-few', samples };
  const middle = mean(points.map(({ atMs }) => atMs - first.atMs));
  const level = mean(points.map(({ value }) => value));
  const at = (point: TrendPoint) => point.atMs - first.atMs - middle;
  const spread = points.reduce((sum, point) => sum + at(point) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + at(point) * (point.value - level), 0) / spread;
  const left = points.reduce((sum, point) => sum + (point.value - level - slope * at(point)) ** 2, 0);
  const deviation = Math.sqrt(left / samples);
  if (Math.abs(slope * spanMs) <= Math.max(noise, 2 * deviation)) return { kind: 'steady', samples, spanMs };
  const perHour = slope * HOUR_MS;
  const room = limit === undefined ? undefined : Math.max(0, limit - last.value);
  return {
    ...{ kind: 'moving', samples, spanMs, perHour },
    ...(room === undefined || slope <= 0 ? {} : { exhaustedInMs: room / slope }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
