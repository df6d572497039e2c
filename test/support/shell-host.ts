import { spawn } from 'node:child_process';
import { parseRecords } from '../../src/connection/records.ts';
import type { Call, HostFacts, Outcome, Session } from '../../src/connection/session.ts';
import { quotePosix } from '../../src/core/text.ts';
import type { ShellKind } from './shells.ts';

const FACTS: HostFacts = {
  os: 'Linux',
  kernel: 'test',
  nodename: 'test',
  uid: process.getuid?.() ?? -1,
  processGroup: process.pid,
  startTime: '0',
  procVisible: true,
  bootId: 'test',
};

/**
 * A session without a connection: each call runs in a shell of its own, wrapped as the real session wraps it
 * (program as a function, stdin from /dev/null, C locale, umask 077). For tests of programs and modules under many shells.
 */
export class ShellHost implements Session {
  readonly host = 'testhost';
  readonly transport = 'fake';
  readonly facts = FACTS;
  readonly #shell: ShellKind;

  constructor(shell: ShellKind) {
    this.#shell = shell;
  }

  call(call: Call): Promise<Outcome> {
    return this.#run(call);
  }

  cancel(): Promise<{ readonly gone: boolean }> {
    return Promise.resolve({ gone: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #run(call: Call): Promise<Outcome> {
    const [file = '', ...args] = this.#shell.command;
    const words = call.args.map(quotePosix).join(' ');
    const script = [
      `PATH=${quotePosix(this.#shell.path)} LC_ALL=C; export PATH LC_ALL; umask 077`,
      `program() {\n${call.program.text}\n}`,
      `( program ${words} ) </dev/null`,
      'exit $?\n',
    ].join('\n');
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, { cwd: '/', env: {} });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.stdin.on('error', () => {});
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve(ending(call, code ?? 128, signal, Buffer.concat(stdout), Buffer.concat(stderr)));
      });
      child.stdin.end(script);
    });
  }
}

function ending(call: Call, code: number, signal: string | null, stdout: Buffer, stderr: Buffer): Outcome {
  if (signal !== null) return { kind: 'lost', reason: `the shell was ended by ${signal}` };
  if (call.output === 'raw') {
    return { kind: 'exited', code, records: [], stdout: stdout.toString(), stderr: stderr.toString() };
  }
  const parsed = parseRecords(stdout);
  if (code === 0 && !parsed.whole) return { kind: 'lost', reason: parsed.problem ?? 'the answer is not whole' };
  return { kind: 'exited', code, records: parsed.records, stdout: stdout.toString(), stderr: stderr.toString() };
}
