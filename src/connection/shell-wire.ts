import { formatDuration } from '../core/clock.ts';
import { encodeText } from './bytes.ts';
import { Capture } from './capture.ts';
import type { Channel, ChannelEnding } from './link.ts';
import { OUTPUT_LIMITS, outcomeOf, stderrText } from './outcome.ts';
import type { Call, Outcome } from './session.ts';
import {
  callText,
  definition,
  FrameReader,
  type FrameSink,
  framed,
  framesItself,
  newMarker,
  withoutComments,
} from './wire.ts';

/** How long things may take, in milliseconds. */
export interface WireLimits {
  /** For a call that names no deadline of its own. */
  readonly callMs: number;
  /** Upper bound of the guard on the host; 0: no guard. */
  readonly hostLimitMs: number;
}

/** Bytes of calls that may be on their way without an answer; the rest waits here, not in the link's buffers. */
const WINDOW = 1024 * 1024;
/** What the guard on the host grants beyond the deadlines of a burst, so that the controller acts first. */
const GUARD_SLACK_MS = 15_000;
/** A guard costs the host two forks, so one serves the bursts that begin within this time. */
const GUARD_SPAN_MS = 300_000;
const NOISE_LIMIT = 4096;

interface Pending {
  readonly number: number;
  readonly call: Call;
  readonly deadlineMs: number;
  readonly text: string;
  /** The text is all there is to send, and stdout alone is framed. */
  readonly selfFramed: boolean;
  readonly stdout: Capture;
  readonly stderr: Capture;
  readonly resolve: (outcome: Outcome) => void;
  status: number;
  streamsClosed: number;
}

/** One remote shell that reads calls from a channel and answers in their order. */
export class ShellWire {
  readonly marker: string = newMarker();
  /** What came outside of frames: login noise, messages of sudo. The last 4 KiB of each stream. */
  readonly noise: { readonly stdout: Capture; readonly stderr: Capture };
  /** Resolves when the channel has ended. */
  readonly ended: Promise<void>;
  readonly #channel: Channel;
  readonly #limits: WireLimits;
  readonly #defined = new Map<string, string>();
  readonly #unsent: Pending[] = [];
  readonly #sent: Pending[] = [];
  #numbers = 0;
  #inFlight = 0;
  #guardedUntil = 0;
  #flushPlanned = false;
  #timer: NodeJS.Timeout | undefined;
  #over: string | undefined;
  #ending: ChannelEnding | undefined;
  /** Ends the remote side when a call is overdue; gives what is left of it, if anything. */
  onOverdue: () => Promise<string | undefined> = async () => undefined;

  constructor(channel: Channel, limits: WireLimits) {
    this.#channel = channel;
    this.#limits = limits;
    this.noise = { stdout: new Capture(NOISE_LIMIT, 'tail'), stderr: new Capture(NOISE_LIMIT, 'tail') };
    const stdout = new FrameReader(this.marker, this.#sink('stdout'));
    const stderr = new FrameReader(this.marker, this.#sink('stderr'));
    channel.onStdout((chunk) => stdout.push(chunk));
    channel.onStderr((chunk) => stderr.push(chunk));
    this.ended = new Promise((resolve) => {
      channel.onEnd((ending) => {
        stdout.end();
        stderr.end();
        this.#ending = ending;
        this.stop(this.#endingReason(ending))();
        resolve();
      });
    });
  }

  /** Runs a program after all that were asked for before; what is asked for in the same tick goes out in one write. */
  async call(call: Call): Promise<Outcome> {
    const number = this.#numbers++;
    return this.#enqueue(number, call, this.#define(call) + callText(call));
  }

  /** Sends the prologue and runs a function of it in the session's shell itself, without a guard; it has stdout alone, and frames it. */
  async begin(prologue: string, call: Call): Promise<Outcome> {
    const number = this.#numbers++;
    const text = withoutComments(prologue) + framesItself(this.marker, number, call.program.text);
    return this.#enqueue(number, call, text, true);
  }

  /** How the channel ended, if it has. */
  get ending(): ChannelEnding | undefined {
    return this.#ending;
  }

  /** True if every later call answers lost. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /** True if no call waits for an answer. */
  get idle(): boolean {
    return this.#sent.length + this.#unsent.length === 0;
  }

  /** Nothing is sent or read any more. The calls that wait get `lost` when the returned function is called. */
  stop(reason: string): () => void {
    if (this.#over === undefined) this.#over = reason;
    clearTimeout(this.#timer);
    const waiting = [...this.#sent.splice(0), ...this.#unsent.splice(0)];
    return () => {
      for (const pending of waiting) pending.resolve({ kind: 'lost', reason });
    };
  }

  /** Closes the shell's stdin; it ends when it has read everything. */
  end(): void {
    this.#channel.end();
  }

  /** Drops the channel. */
  destroy(): void {
    this.#channel.destroy();
  }

  #enqueue(number: number, call: Call, text: string, selfFramed = false): Promise<Outcome> {
    if (this.#over !== undefined) return Promise.resolve({ kind: 'lost', reason: this.#over });
    return new Promise((resolve) => {
      this.#unsent.push({
        number,
        call,
        deadlineMs: call.deadlineMs ?? this.#limits.callMs,
        text,
        stdout: new Capture(OUTPUT_LIMITS[call.output ?? 'records']),
        stderr: new Capture(OUTPUT_LIMITS.stderr),
        selfFramed,
        resolve,
        status: 0,
        streamsClosed: selfFramed ? 1 : 0,
      });
      this.#planFlush();
    });
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    setImmediate(() => {
      this.#flushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    const burst: Pending[] = [];
    let burstMs = GUARD_SLACK_MS;
    const wasIdle = this.#sent.length === 0;
    while (this.#inFlight < WINDOW) {
      const next = this.#unsent.shift();
      if (next === undefined) break;
      this.#inFlight += next.text.length;
      burstMs += next.deadlineMs;
      burst.push(next);
      this.#sent.push(next);
    }
    if (burst.length === 0) return;
    // Nobody calls before the prologue was answered, so it is alone in its burst.
    const [first] = burst;
    const text = first?.selfFramed ? first.text : this.#guardText(burstMs) + framed(this.marker, burst);
    this.#channel.write(encodeText(text));
    if (wasIdle) this.#startTimer();
  }

  /** Shell text that sets the guard on the host (unbusy_watch of prologue.sh), unless the one it has covers this burst. */
  #guardText(burstMs: number): string {
    const { hostLimitMs } = this.#limits;
    const now = performance.now();
    if (hostLimitMs === 0 || now + Math.min(burstMs, hostLimitMs) <= this.#guardedUntil) return '';
    const limit = Math.min(burstMs + GUARD_SPAN_MS, hostLimitMs);
    this.#guardedUntil = now + limit;
    return `unbusy_watch ${Math.ceil(limit / 1000)}\n`;
  }

  #define(call: Call): string {
    const { name, text } = call.program;
    if (this.#defined.get(name) === text) return '';
    this.#defined.set(name, text);
    return definition({ name, text: withoutComments(text) });
  }

  /** The clock of a call runs from the moment when it is first in the queue. */
  #startTimer(): void {
    clearTimeout(this.#timer);
    const head = this.#sent[0];
    if (head !== undefined) this.#timer = setTimeout(() => void this.#expire(), head.deadlineMs);
  }

  async #expire(): Promise<void> {
    const head = this.#sent.shift();
    if (head === undefined) return;
    const waited = formatDuration(head.deadlineMs);
    const settleOthers = this.stop(`not run: ${head.call.program.name} did not end within ${waited}`);
    // What the program said by itself, without what ending it will add.
    const stderr = stderrText(head.stderr);
    const left = await this.onOverdue();
    const rest = left === undefined ? {} : { left };
    head.resolve({ kind: 'timed-out', afterMs: head.deadlineMs, stderr, ...rest });
    settleOthers();
  }

  #sink(stream: 'stdout' | 'stderr'): FrameSink {
    let current: Pending | undefined;
    return {
      open: (number) => {
        current = this.#sent.find((pending) => pending.number === number);
      },
      data: (bytes) => (current ?? this.noise)[stream].add(bytes),
      close: (number, status) => {
        if (current?.number === number) this.#closed(current, status);
        current = undefined;
      },
      broken: (reason) => this.#broken(reason),
    };
  }

  /** A call is over when both of its streams are. */
  #closed(pending: Pending, status: number): void {
    pending.status = status;
    pending.streamsClosed += 1;
    if (pending.streamsClosed < 2 || this.#sent[0] !== pending) return;
    this.#sent.shift();
    this.#inFlight -= pending.text.length;
    this.#startTimer();
    if (this.#unsent.length > 0) this.#planFlush();
    pending.resolve(outcomeOf(pending.call, pending.status, pending.stdout, pending.stderr));
  }

  #broken(reason: string): void {
    this.stop(`the answer cannot be read: ${reason}`)();
    this.#channel.destroy();
  }

  #endingReason(ending: ChannelEnding): string {
    const during = this.#sent[0] === undefined ? '' : ` while ${this.#sent[0].call.program.name} ran`;
    if (ending.lost !== undefined) return `the connection was lost${during}: ${ending.lost}`;
    if (ending.signal !== undefined) return `the remote shell was killed by signal ${ending.signal}${during}`;
    return `the remote shell ended with exit number ${ending.code ?? 'unknown'}${during}`;
  }
}
