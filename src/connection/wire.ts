import { randomBytes } from 'node:crypto';
import { quotePosix } from '../core/text.ts';
import type { Call, Program } from './session.ts';

/** A session's marker: 128 random bits, so that no output holds it by chance or by intent. */
export function newMarker(): string {
  return randomBytes(16).toString('hex');
}

/** The shell function that holds a program; throws if the name cannot be one (lower-case words joined by - or _). */
function functionName(program: Program): string {
  if (!/^[a-z][a-z0-9_-]*$/.test(program.name)) throw new TypeError(`not a program name: ${program.name}`);
  return `unbusy_program_${program.name.replaceAll('-', '_')}`;
}

/** Shell text that defines a program for the calls that follow. */
export function definition(program: Program): string {
  return `${functionName(program)}() {\n${program.text}\n}\n`;
}

const bare = new Map<string, string>();

/** Shell text without its lines of comment, which are for readers and would travel to every host. No line of data may begin with #. */
export function withoutComments(text: string): string {
  let short = bare.get(text);
  if (short === undefined) {
    short = text.replace(/^[ \t]*#.*\n/gm, '');
    bare.set(text, short);
  }
  return short;
}

/** Shell text of one call in a subshell of its own: what the program does to its options, files or stdin ends with it. */
export function callText(call: Call): string {
  const words = [functionName(call.program), ...call.args.map(quotePosix)].join(' ');
  return `( ${words} ) </dev/null`;
}

/** A call on its way: its number, and its shell text. */
export interface Framed {
  readonly number: number;
  readonly text: string;
}

/**
 * Shell text of a burst of calls, each between an opening and a closing line on stdout and stderr. One command ends a call and
 * opens the next, which most shells do in one write, and each write becomes a packet of its own. The marker is in no variable that a
 * program could print.
 */
export function framed(marker: string, calls: readonly Framed[]): string {
  let text = '';
  let closing: Framed | undefined;
  for (const call of calls) {
    text += `${frameLines(marker, closing, call)}${call.text}\n`;
    closing = call;
  }
  return closing === undefined ? '' : text + frameLines(marker, closing);
}

/**
 * Shell text of a command that prints its frame itself, on stdout alone: its arguments are the opening and the closing line. If it
 * fails, the frame is empty and has its status.
 */
export function framesItself(marker: string, number: number, command: string): string {
  const [opening, closing] = [`${marker}o${number}`, `${marker}c${number}`];
  return `${command} ${opening} ${closing} </dev/null || echo "${opening}\n${closing} $?"\n`;
}

function frameLines(marker: string, closed: Framed | undefined, opened?: Framed): string {
  const lines: string[] = [];
  if (closed !== undefined) lines.push(`${marker}c${closed.number} $1`);
  if (opened !== undefined) lines.push(`${marker}o${opened.number}`);
  const both = `echo "${lines.join('\n')}";echo "${lines.join('\n')}" >&2\n`;
  return closed === undefined ? both : `set -- $?;${both}`;
}

/** What a stream holds, in its order. Numbers are those of the calls. */
export interface FrameSink {
  open(number: number): void;
  /** Bytes between frames (noise) or inside one. */
  data(bytes: Buffer): void;
  close(number: number, status: number): void;
  /** The stream cannot be read any more. */
  broken(reason: string): void;
}

/** Longest control line after the marker: o or c, a number, a blank, a status. */
const CONTROL_LIMIT = 32;

/** Finds the frames in one stream, wherever its chunks are cut. */
export class FrameReader {
  readonly #marker: Buffer;
  readonly #sink: FrameSink;
  #held: Buffer = Buffer.alloc(0);

  constructor(marker: string, sink: FrameSink) {
    this.#marker = Buffer.from(marker, 'latin1');
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    let at = rest.indexOf(this.#marker);
    while (at >= 0) {
      if (at > 0) this.#sink.data(rest.subarray(0, at));
      const newline = rest.indexOf(0x0a, at);
      if (newline < 0) {
        this.#holdControl(rest.subarray(at));
        return;
      }
      this.#control(rest.toString('latin1', at + this.#marker.length, newline));
      rest = rest.subarray(newline + 1);
      at = rest.indexOf(this.#marker);
    }
    this.#holdTail(rest);
  }

  /** Gives what was held back because it might have been the start of a marker. */
  end(): void {
    if (this.#held.length > 0) this.#sink.data(this.#held);
    this.#held = Buffer.alloc(0);
  }

  /** Only a tail that may be the start of a marker waits for more. */
  #holdTail(rest: Buffer): void {
    const first = this.#marker[0] ?? 0;
    let at = rest.indexOf(first, Math.max(0, rest.length - this.#marker.length + 1));
    while (at >= 0 && !this.#marker.subarray(0, rest.length - at).equals(rest.subarray(at))) {
      at = rest.indexOf(first, at + 1);
    }
    const end = at < 0 ? rest.length : at;
    if (end > 0) this.#sink.data(rest.subarray(0, end));
    this.#held = Buffer.from(rest.subarray(end));
  }

  #holdControl(rest: Buffer): void {
    if (rest.length > this.#marker.length + CONTROL_LIMIT) this.#sink.broken('a marker without its line');
    else this.#held = Buffer.from(rest);
  }

  #control(line: string): void {
    const match = /^(?:o(\d+)|c(\d+) (\d+))$/.exec(line);
    if (match === null) this.#sink.broken('a marker with a line that is none of ours');
    else if (match[1] !== undefined) this.#sink.open(Number(match[1]));
    else this.#sink.close(Number(match[2]), Number(match[3]));
  }
}
