import { PassThrough } from 'node:stream';
import { CallReader, type FramedCall, framedAnswer } from './shell-frames.ts';
import type { DemoCommand } from './ssh-server.ts';

/** One answer of a host: to what, after how many changes, and what it printed (bytes as latin1 letters). */
export interface RecordedAnswer {
  readonly ask: string;
  readonly after: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What was recorded of a fleet. */
export interface RecordedFleet {
  /** Kernel and date of the machine on which it was recorded. */
  readonly from: string;
  readonly hosts: Readonly<Record<string, readonly RecordedAnswer[]>>;
}

/** Programs that change a host: each brings a recorded host one step on. */
const CHANGES = /^(release_mount|remove_mount_point|remove_container)( |$)/;

/** True for a call that changes the host. */
export function isChange(ask: string): boolean {
  return CHANGES.test(ask);
}

/** Exit number for what was never asked while it was recorded: no program of ours knows it. */
const NOT_RECORDED = 99;

/** A host that gives recorded answers, and forgets nothing that was changed on it. */
export class RecordedHost {
  readonly #answers: readonly RecordedAnswer[];
  #changes = 0;

  constructor(answers: readonly RecordedAnswer[]) {
    this.#answers = answers;
  }

  /** A shell that knows nothing but how to answer calls. */
  start(_commandLine: string): DemoCommand {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const calls = new CallReader();
    stdin.on('data', (chunk: Buffer) => {
      for (const call of calls.push(chunk)) {
        const answer = this.#answer(call);
        stdout.write(framedAnswer(call, answer.stdout, answer.code));
        if (call.onStderr) stderr.write(framedAnswer(call, answer.stderr, answer.code));
      }
    });
    const ended = new Promise<Awaited<DemoCommand['ended']>>((resolve) => {
      stdin.once('close', () => {
        stdout.end();
        stderr.end();
        resolve({ code: 0 });
      });
    });
    return { stdin, stdout, stderr, ended, kill: () => stdin.destroy() };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** The latest answer to the same question that was true before as many changes as were made here. */
  #answer({ ask }: FramedCall): Omit<RecordedAnswer, 'ask' | 'after'> {
    const answer = this.#answers.findLast((each) => each.ask === ask && each.after <= this.#changes);
    if (isChange(ask)) this.#changes++;
    return answer ?? { stdout: '', stderr: 'this was not asked when the host was recorded\n', code: NOT_RECORDED };
  }
}
