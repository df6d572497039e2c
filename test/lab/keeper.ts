import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { source } from './paths.ts';
import { type Seat, seatOf } from './seat.ts';

/** The process that holds one of the machine's labs and ends it when we go, however we go. */
export interface Keeper {
  readonly seat: Seat;
  /** Ends every host and waits until nothing is left of the lab. */
  end(): Promise<void>;
}

/** Claims a lab of this machine, after ending what a crashed one left there; throws where all are up. */
export async function startKeeper(): Promise<Keeper> {
  // In a session of its own, so that a ^C for us does not reach it: it acts on the end of its input.
  const child = spawn('sh', [source('machine/keeper.sh')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const ready = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(/^ready (\d+)$/.exec(line)?.[1])));
  });
  const seat = await Promise.race([ready, ended.then(() => 0)]);
  if (!seat) throw new Error(await refusal(await ended));
  return {
    seat: seatOf(seat),
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

async function refusal(code: number | null): Promise<string> {
  return code === 75
    ? 'another lab is up on this machine; end it, or run `npm run lab -- down`'
    : `the lab's keeper ended at once (exit ${code ?? 'by signal'})`;
}
