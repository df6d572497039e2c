import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Does `work` while no other process of this machine does it under that lock file; released too when we are killed. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  // Of its own session, so that a ^C for us does not end it before we are through.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(([code]) => Promise.reject(new Error(`flock ${file}: exit ${code}`))),
    ]);
    return await work();
  } finally {
    holder.stdin.end();
    holder.stdout.resume();
    await ended.catch(() => {});
  }
}
