import { PassThrough } from 'node:stream';
import { FrameReader } from '../../src/connection/wire.ts';
import type { DemoHost } from '../../src/demo/fleet.ts';
import { isChange, type RecordedAnswer } from '../../src/demo/recorded-host.ts';
import { CallReader } from '../../src/demo/shell-frames.ts';
import type { DemoCommand } from '../../src/demo/ssh-server.ts';

interface HalfAnswer {
  readonly ask: string;
  readonly after: number;
  stdout: string;
  stderr: string;
  code: number;
}

/** A host that writes down what it is asked and what it answers; the first answer to a question counts until something changes. */
export class RecordingHost implements DemoHost {
  readonly #inner: DemoHost;
  readonly #answers: HalfAnswer[] = [];
  #changes = 0;

  constructor(inner: DemoHost) {
    this.#inner = inner;
  }

  get answers(): readonly RecordedAnswer[] {
    const key = ({ ask, after }: RecordedAnswer) => `${after} ${ask}`;
    return this.#answers.filter(
      (each, index) => this.#answers.findIndex((other) => key(other) === key(each)) === index,
    );
  }

  start(commandLine: string): DemoCommand {
    const command = this.#inner.start(commandLine);
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const open = new Map<number, HalfAnswer>();
    const calls = new CallReader();
    let listening = false;
    stdin.on('data', (chunk: Buffer) => {
      for (const { marker, number, ask } of calls.push(chunk)) {
        const answer: HalfAnswer = { ask, after: this.#changes, stdout: '', stderr: '', code: 0 };
        if (isChange(ask)) this.#changes++;
        open.set(number, answer);
        this.#answers.push(answer);
        if (!listening) {
          this.#listen(marker, command.stdout, 'stdout', open);
          this.#listen(marker, command.stderr, 'stderr', open);
          listening = true;
        }
      }
    });
    stdin.pipe(command.stdin);
    command.stdout.pipe(stdout);
    command.stderr.pipe(stderr);
    return { stdin, stdout, stderr, ended: command.ended, kill: () => command.kill() };
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  #listen(
    marker: string,
    stream: DemoCommand['stdout'],
    name: 'stdout' | 'stderr',
    open: ReadonlyMap<number, HalfAnswer>,
  ): void {
    let now: HalfAnswer | undefined;
    const reader = new FrameReader(marker, {
      open: (number) => {
        now = open.get(number);
      },
      data: (bytes) => {
        if (now !== undefined) now[name] += bytes.toString('latin1');
      },
      close: (_number, status) => {
        if (now !== undefined) now.code = status;
        now = undefined;
      },
      broken: (reason) => {
        throw new Error(reason);
      },
    });
    stream.on('data', (chunk: Buffer) => reader.push(chunk));
  }
}
