import { spawn } from 'node:child_process';

/** How a command ended; `code` is null where a signal or the deadline ended it. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is given beside its arguments. */
export interface CommandOptions {
  readonly input?: string | Buffer;
  /** Milliseconds until the command is killed; 120000 unless told. */
  readonly timeoutMs?: number;
  /** Put over our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end and never throws for its exit status. */
export function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 120_000,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    // A command may end without having read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Runs a command and returns its standard output; throws with its own words unless it exits 0. */
export async function mustRun(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const ran = await run(file, args, options);
  if (ran.code === 0) return ran.stdout;
  throw new Error(`${file} ${args.join(' ')}: exit ${ran.code ?? 'by signal'}\n${ran.stderr || ran.stdout}`);
}
