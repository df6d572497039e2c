import { interruptedBy } from '../interrupts.ts';
import type { EndingSignal, Io } from '../io.ts';

/** Sleeps; a signal ends it at once with E_INTERRUPTED, which says when it came. What is `said` is so once signals are heard. */
export async function sleepUnlessSignalled(io: Io, ms: number, when: string, said = ''): Promise<void> {
  const stop = new AbortController();
  const dispose = io.onSignal((signal: EndingSignal) =>
    stop.abort(interruptedBy(signal, `${when}; no host was touched`)),
  );
  try {
    io.err.write(said);
    await io.clock.sleep(ms, stop.signal);
  } finally {
    dispose();
  }
}
