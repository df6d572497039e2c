import type { ChildProcess } from 'node:child_process';
import { quotePosix } from '../core/text.ts';
import type { Channel, ChannelEnding } from './link.ts';

/** How long the pipes of a process that has ended may stay open in other hands before they are given up. */
const DRAIN_MS = 300;

/** Starts a program of the controller in a process group of its own, and gives its three streams. */
export async function spawnChannel(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Channel> {
  // Loaded when needed: most runs start no process at all.
  const { $ } = await import('zx/core');
  const run = $({
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    quote: quotePosix,
    nothrow: true,
    quiet: true,
    detached: true,
    env: { ...env },
    store: forgetfulStore(),
  });
  const running = run`exec ${argv}`;
  return new ProcessChannel(
    running.child,
    running.then((output) => output.cause?.message),
  );
}

/** zx keeps all output for its own result; a session reads it as it comes, and it may be large. */
function forgetfulStore() {
  const forget = () => Object.assign([] as Buffer[], { push: () => 0 });
  return { stdout: forget(), stderr: forget(), stdall: forget() };
}

class ProcessChannel implements Channel {
  readonly #child: ChildProcess | undefined;
  readonly #onEnd: ((ending: ChannelEnding) => void)[] = [];
  #ended = false;
  #exited = false;

  constructor(child: ChildProcess | undefined, failure: Promise<string | undefined>) {
    this.#child = child;
    // A process that is gone closes its stdin; its ending tells, not the error on the pipe.
    child?.stdin?.on('error', () => {});
    child?.on('exit', (code, signal) => {
      this.#exited = true;
      const drained = setTimeout(() => this.#end(code, signal), DRAIN_MS);
      child.on('close', () => {
        clearTimeout(drained);
        this.#end(code, signal);
      });
    });
    void failure.then((message) => {
      if (!this.#exited) this.#finish({ lost: message ?? 'the process could not be started' });
    });
  }

  write(data: string | Uint8Array): void {
    if (this.#child?.stdin?.writable) this.#child.stdin.write(data);
  }

  end(): void {
    this.#child?.stdin?.end();
  }

  onStdout(listener: (chunk: Buffer) => void): void {
    this.#child?.stdout?.on('data', listener);
  }

  onStderr(listener: (chunk: Buffer) => void): void {
    this.#child?.stderr?.on('data', listener);
  }

  onEnd(listener: (ending: ChannelEnding) => void): void {
    this.#onEnd.push(listener);
  }

  /** Kills the whole process group: the child leads it, and its number is ours as long as it has not been reaped. */
  destroy(): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#exited) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.#child?.kill('SIGKILL');
    }
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    if (signal !== null) this.#finish({ signal });
    else this.#finish(code === null ? {} : { code });
  }

  #finish(ending: ChannelEnding): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const listener of this.#onEnd) listener(ending);
  }
}
