import { UnbusyError } from '../core/errors.ts';
import type { EndingSignal, Io } from './io.ts';

/** What a further signal does: start no new host, end what runs, or leave at once. */
export type Escalation = 'drain' | 'cancel' | 'leave';

/** ^C climbs one rung each time; SIGTERM and SIGHUP skip the first, for whoever sends them will not wait long. */
export function escalate(reached: Escalation | undefined, signal: EndingSignal): Escalation {
  if (reached === 'cancel' || reached === 'leave') return 'leave';
  return reached === undefined && signal === 'SIGINT' ? 'drain' : 'cancel';
}

/** The two signals that a run listens to, and how to stop listening. */
export interface Interrupts {
  /** No further host is started. */
  readonly drain: AbortSignal;
  /** What runs is ended. */
  readonly cancel: AbortSignal;
  dispose(): void;
}

const WORDS: Readonly<Record<Escalation, string>> = {
  drain: 'Interrupted: no further host is started, those at work go on. ^C again ends their work.',
  cancel: 'Interrupted: work on the hosts is being ended and looked after. ^C again leaves at once.',
  leave: 'Left at once: what still ran on hosts ends by its own deadline.',
};

/** Turns signals into the two abort signals; each step is said by `say`. The third leaves with 130, or 143 for SIGTERM. */
export function watchInterrupts(io: Io, say: (text: string) => void): Interrupts {
  const drain = new AbortController();
  const cancel = new AbortController();
  let reached: Escalation | undefined;
  const dispose = io.onSignal((signal) => {
    reached = escalate(reached, signal);
    say(WORDS[reached]);
    if (reached === 'leave') io.leave(signal === 'SIGINT' ? 130 : 143);
    drain.abort();
    if (reached !== 'drain') cancel.abort(interruptedBy(signal));
  });
  return { drain: drain.signal, cancel: cancel.signal, dispose };
}

/** For one look at one host: the first signal ends it, the next one leaves at once. */
export function stopOnInterrupt(
  io: Io,
  say: (text: string) => void,
): { readonly stop: AbortSignal; readonly dispose: () => void } {
  const stop = new AbortController();
  const dispose = io.onSignal((signal) => {
    if (stop.signal.aborted) {
      say(WORDS.leave);
      io.leave(signal === 'SIGINT' ? 130 : 143);
    }
    say('Interrupted: the look is being ended. ^C again leaves at once.');
    stop.abort(interruptedBy(signal));
  });
  return { stop: stop.signal, dispose };
}

/** The engine tells 130 from 143 by `data.signal`; a lost terminal counts as terminated. */
export function interruptedBy(signal: EndingSignal, when = ''): UnbusyError {
  return new UnbusyError('E_INTERRUPTED', `the run was interrupted (${signal})${when === '' ? '' : ` ${when}`}`, {
    hint: 'Run again: it looks first, and does nothing twice.',
    data: { signal: signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM' },
  });
}
