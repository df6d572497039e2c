import type { Channel, ChannelEnding } from './link.ts';
import type { ClientChannel } from './ssh-library.ts';

/** A remote command over an ssh2 stream. `whyLost` says what became of the connection, for an end without a status. */
export class SshChannel implements Channel {
  readonly #stream: ClientChannel;
  readonly #whyLost: () => string;
  #ending: ChannelEnding | undefined;
  #onEnd: ((ending: ChannelEnding) => void)[] = [];
  #writable = true;

  constructor(stream: ClientChannel, whyLost: () => string) {
    this.#stream = stream;
    this.#whyLost = whyLost;
    let status: ChannelEnding | undefined;
    stream.on('exit', (code: number | null, signal?: string) => {
      status = code === null ? { signal: signal ?? 'SIG' } : { code };
    });
    stream.on('error', () => {});
    stream.stderr.on('error', () => {});
    const output = Promise.all([once(stream, 'close'), once(stream.stderr, 'close')]);
    void output.then(() => this.#finish(status ?? { lost: this.#whyLost() }));
    // A stream that nobody reads would never reach its end.
    setImmediate(() => {
      if (stream.listenerCount('data') === 0) stream.resume();
      if (stream.stderr.listenerCount('data') === 0) stream.stderr.resume();
    });
  }

  write(data: string | Uint8Array): void {
    if (this.#writable && this.#stream.writable) this.#stream.write(data);
  }

  end(): void {
    if (this.#writable) this.#stream.end();
    this.#writable = false;
  }

  onStdout(listener: (chunk: Buffer) => void): void {
    this.#stream.on('data', listener);
  }

  onStderr(listener: (chunk: Buffer) => void): void {
    this.#stream.stderr.on('data', listener);
  }

  onEnd(listener: (ending: ChannelEnding) => void): void {
    if (this.#ending === undefined) this.#onEnd.push(listener);
    else listener(this.#ending);
  }

  destroy(): void {
    this.#writable = false;
    this.#stream.destroy();
    // Not before the caller has said why: the listener hears of it as of any other ending.
    setImmediate(() => this.#finish({ lost: 'the channel was dropped from this side' }));
  }

  #finish(ending: ChannelEnding): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    for (const listener of this.#onEnd) listener(ending);
  }
}

function once(stream: NodeJS.EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => {
    stream.once(event, () => resolve());
  });
}
