import type { EndingSignal, Io, Terminal } from '../../src/cli/io.ts';
import { systemClock } from '../../src/core/clock.ts';

/** A world for commands that keeps what they write; `signal` sends one to whoever listens. */
export interface FakeIo extends Io {
  readonly written: { out: string; err: string };
  readonly left: number[];
  signal(signal: EndingSignal): void;
}

/** Builds one: no terminals, no environment, nobody to answer, unless said otherwise. */
export function fakeIo(extra: Partial<Io> = {}): FakeIo {
  const written = { out: '', err: '' };
  const left: number[] = [];
  const listeners = new Set<(signal: EndingSignal) => void>();
  const stream = (name: 'out' | 'err'): Terminal => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: () => 80,
  });
  return {
    out: stream('out'),
    err: stream('err'),
    env: { LANG: 'C.UTF-8' },
    becomePassword: undefined,
    clock: systemClock,
    version: '1.2.3',
    askHidden: undefined,
    ask: undefined,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leave: (code) => left.push(code),
    written,
    left,
    signal: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    ...extra,
  };
}
