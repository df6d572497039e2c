import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Real mount namespaces, each kept by a process that is ended and waited for in close(). */
export class Bed {
  readonly #children: ChildProcess[] = [];
  #directory: string | undefined;

  /** Made with the first question, as the body of a suite that is skipped runs too, and nobody closes its bed. */
  get directory(): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'unbusy-scan-'));
    return this.#directory;
  }

  /** Runs a shell script in a private mount namespace; resolves with the pid when it prints "ready". */
  async hold(script: string, command = ['unshare', '-m', '--propagation', 'private']): Promise<number> {
    const [file = '', ...args] = [...command, 'sh', '-ec', script];
    return this.start(file, args);
  }

  /** Starts a program that prints "ready" and stays. */
  async start(file: string, args: readonly string[]): Promise<number> {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', detached: true });
    this.#children.push(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise<void>((done, fail) => {
      child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && done());
      child.on('error', fail);
      child.on('exit', (code) => fail(new Error(`${file} ${args.join(' ')} ended with ${code}: ${said}`)));
    });
    return child.pid ?? 0;
  }

  /** An empty directory of this bed. */
  folder(...names: readonly string[]): string {
    const path = join(this.directory, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Ends each process group of ours, and waits until the leaders are gone. */
  async close(): Promise<void> {
    const ended = this.#children.map((child) => {
      const gone = child.exitCode !== null || child.signalCode !== null;
      return gone ? undefined : new Promise((done) => child.on('exit', done));
    });
    for (const child of this.#children) {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // Nobody of this group is left.
      }
    }
    await Promise.all(ended);
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The odd-task program, compiled for this run; undefined where there is no C compiler. */
export function compileOddTask(directory: string): string | undefined {
  const binary = join(directory, 'odd-task');
  try {
    execFileSync('cc', ['-O1', '-pthread', '-o', binary, resolve(import.meta.dirname, '../../support/odd-task.c')]);
  } catch {
    return undefined;
  }
  return existsSync(binary) ? binary : undefined;
}

/** What plain readings of /proc say: every namespace, by thread, with the ids of mounts that have the word as a component. */
export function truth(word: string): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const tid of list(`/proc/${pid}/task`)) {
      const inode = /\[(\d+)\]/.exec(link(`/proc/${pid}/task/${tid}/ns/mnt`))?.[1];
      if (inode === undefined) continue;
      const ids = found.get(Number(inode)) ?? new Set();
      found.set(Number(inode), ids);
      for (const line of read(`/proc/${pid}/task/${tid}/mountinfo`).split('\n')) {
        const fields = line.split(' ');
        if (fields[4]?.split('/').includes(word)) ids.add(Number(fields[0]));
      }
    }
  }
  return new Map([...found].filter(([, ids]) => ids.size > 0));
}

/** Inode of the mount namespace of a process. */
export function namespaceOf(pid: number | undefined): number | undefined {
  const inode = /\[(\d+)\]/.exec(link(`/proc/${pid}/ns/mnt`))?.[1];
  return inode === undefined ? undefined : Number(inode);
}

/** Mounts that are there, as `namespace:id`. */
export function presentMounts(pids: readonly number[]): ReadonlySet<string> {
  const lines = pids.flatMap((pid) => {
    const inode = namespaceOf(pid);
    return read(`/proc/${pid}/mountinfo`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${inode}:${line.split(' ')[0]}`);
  });
  return new Set(lines);
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
