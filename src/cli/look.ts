import { chooseColor, chooseUnicode, createStyle, type Style } from '../report/style.ts';
import type { Given } from './given.ts';
import type { Io, Terminal } from './io.ts';

/** How text looks on a stream, by --color, the environment and what the stream is. */
export function styleFor(io: Io, given: Given, stream: Terminal): Style {
  const flag = given.text('color') as 'auto' | 'always' | 'never' | undefined;
  return createStyle({ color: chooseColor(flag, io.env, stream.isTerminal), unicode: chooseUnicode(io.env) });
}

/** True if the stream can be redrawn: a terminal, not a dumb one, and not the log of a CI that shows as one. */
export function canRedraw(io: Io, stream: Terminal): boolean {
  return stream.isTerminal && io.env.TERM !== 'dumb' && (io.env.CI ?? '') === '';
}

/** What is told on stderr needs no second telling on stdout only where one and the same person reads both at once. */
export function readTogether(io: Io): boolean {
  return io.out.isTerminal && io.err.isTerminal;
}
