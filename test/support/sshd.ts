import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshBed } from './ssh-bed.ts';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/lib/ssh/sshd'].find((path) => existsSync(path));

/** Why the machine's own sshd cannot be tried; undefined if it can. */
export const noSshd = SSHD === undefined ? 'no sshd on this machine' : undefined;

/** OpenSSH's own server on a loopback port, with its own keys and settings; lets in who runs the test. */
export class Sshd {
  readonly port: number;
  readonly user = userInfo().username;
  readonly #logFile: string;
  readonly #child: ChildProcess;

  private constructor(port: number, logFile: string, child: ChildProcess) {
    this.port = port;
    this.#logFile = logFile;
    this.#child = child;
  }

  /** `settings` are lines of sshd_config, put before the bed's own. Its host keys become known in the bed. */
  static async start(bed: SshBed, settings = '', keyTypes: readonly string[] = ['ed25519']): Promise<Sshd> {
    const port = await freePort();
    const dir = join(bed.dir, `sshd-${port}`);
    mkdirSync(dir);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const hostKeys = keyTypes.map((type) => {
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(dir, type)]);
      return join(dir, type);
    });
    const authorized = bed.write(`sshd-${port}/authorized_keys`, bed.key.public);
    const config = bed.write(
      `sshd-${port}/sshd_config`,
      [
        settings,
        `ListenAddress 127.0.0.1:${port}`,
        ...hostKeys.map((path) => `HostKey ${path}`),
        `AuthorizedKeysFile ${authorized}`,
        // bash reads the account's rc files under sshd unless it believes to be a shell within a shell.
        'SetEnv SHLVL=2',
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        'PasswordAuthentication no',
        'PermitRootLogin prohibit-password',
      ].join('\n'),
    );
    const lines = hostKeys.map((path) => `[127.0.0.1]:${port} ${readFileSync(`${path}.pub`, 'utf8')}`);
    bed.write('known_hosts', readFileSync(bed.knownHostsFile, 'utf8') + lines.join(''));
    const logFile = join(dir, 'log');
    const child = spawn(SSHD ?? 'sshd', ['-D', '-E', logFile, '-f', config], { stdio: 'ignore' });
    // Also if the run is interrupted before a test can clean up.
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    await answers(port);
    return new Sshd(port, logFile, child);
  }

  /** CPU seconds of the server and of what it has reaped. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / 100;
  }

  /** What it has logged, as its LogLevel says. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      setTimeout(() => socket.destroy(), 1000).unref();
      socket.once('data', () => socket.destroy());
    });
    if (up) return;
    await sleep(50);
  }
  throw new Error(`sshd did not come up on port ${port}`);
}
