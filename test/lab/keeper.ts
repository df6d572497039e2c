import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LAB_DIR, source } from './paths.ts';

/** The process that holds the machine's one lab and ends it when we go, however we go. */
export interface Keeper {
  /** Ends every host and waits until nothing is left of the lab. */
  end(): Promise<void>;
}

/** Claims the lab of this machine, after ending what a crashed one left; throws where another is up. */
export async function startKeeper(): Promise<Keeper> {
  // In a session of its own, so that a ^C for us does not reach it: it acts on the end of its input.
  const child = spawn('sh', [source('machine/keeper.sh'), LAB_DIR], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const ready = new Promise<boolean>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(line === 'ready'));
  });
  const isReady = await Promise.race([ready, ended.then(() => false)]);
  if (!isReady) throw new Error(await refusal(await ended));
  return {
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
