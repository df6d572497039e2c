/**
 * Runs `work` over the items, at most `width` at a time, in their order. Stops starting new ones once `stop` is aborted;
 * returns the items that were never started.
 */
export async function runPool<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
  stop: AbortSignal,
): Promise<readonly T[]> {
  const left = items.values();
  const lane = async () => {
    while (!stop.aborted) {
      const next = left.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane));
  return [...left];
}
