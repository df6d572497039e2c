import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../../src/core/events.ts';
import type { LabHost } from './host.ts';
import { SWEEP, type Unbusy } from './unbusy.ts';

/** How a sweep ended that was followed by its events; `code` is null where a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly events: readonly RunEvent[];
  readonly stderr: string;
}

/** A sweep that is at work: what it tells with --jsonl can be waited for, and it can be killed. */
export class RunningSweep {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #events: RunEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(unbusy: Unbusy, host: LabHost) {
    const argv = unbusy.argv([host], ['run', SWEEP, '--jsonl']);
    const child = spawn('node', argv, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 180_000, killSignal: 'SIGKILL' });
    this.#child = child;
    const stderr: Buffer[] = [];
    child.stderr.on('data', (part: Buffer) => stderr.push(part));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#events.push(JSON.parse(line) as RunEvent);
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve({ code, events: this.#events, stderr: Buffer.concat(stderr).toString() });
      });
    });
  }

  /** Waits until the second step that unmounts something is begun: some are done then, and most are not. */
  async midSweep(): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      const look = () => {
        const steps = this.#events.filter(
          (event) => event.kind === 'change-start' && event.title.startsWith('unmount'),
        );
        if (steps.length < 2) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    const over = this.ended.then(({ code, stderr }) => {
      throw new Error(`the sweep ended before its middle: exit ${code}\n${stderr}`);
    });
    over.catch(() => {});
    await Promise.race([begun, over]);
  }

  /** Sends a signal, as a person or a system does. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
