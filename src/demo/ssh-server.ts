import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';

/** A key pair in the formats of OpenSSH. */
export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

/** A new ed25519 key pair, used for one demo only. */
export function newKeyPair(comment: string): SshKeyPair {
  // One key in 256 comes out unreadable, as ssh2 1.17 takes leading zeros off it (mscdex/ssh2#1390).
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (![pair.private, pair.public].some((text) => ssh2.utils.parseKey(text) instanceof Error)) return pair;
  }
}

/** A command that runs on a demo host. */
export interface DemoCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves after both outputs have ended; a signal's name is without SIG. */
  readonly ended: Promise<{ readonly code: number } | { readonly signal: string }>;
  kill(): void;
}

/** A command that is a child process of ours. */
export function commandOf(child: ChildProcessWithoutNullStreams): DemoCommand {
  const ended = new Promise<Awaited<DemoCommand['ended']>>((resolve) => {
    child.once('error', () => resolve({ code: 127 }));
    child.once('close', (code, signal) => {
      resolve(signal === null ? { code: code ?? 1 } : { signal: signal.replace(/^SIG/, '') });
    });
  });
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, ended, kill: () => child.kill('SIGKILL') };
}

/** An SSH server on loopback that lets one key in and starts commands by `start`. */
export interface DemoServer {
  readonly port: number;
  close(): void;
}

/** What a server needs. `start` runs a command line as sshd would hand it to a shell. */
export interface DemoServerOptions {
  readonly hostKey: SshKeyPair;
  /** Public key of the only user, in OpenSSH's format. */
  readonly userKey: string;
  readonly start: (commandLine: string) => DemoCommand;
}

/** Listens on a free port of 127.0.0.1. */
export function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [options.hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    // A client that goes away in mid-sentence is no trouble for a server.
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => {
      if (isAllowed(context, options.userKey)) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => serve(acceptExec(), options.start(command)));
    });
  });
  const close = () => {
    for (const connection of connections) connection.end();
    server.close();
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, close }));
  });
}

/** True for the one key, and for a signature by it; before it signs, a client asks whether the key would do. */
function isAllowed(context: AuthContext, userKey: string): boolean {
  const known = ssh2.utils.parseKey(userKey);
  if (context.method !== 'publickey' || known instanceof Error) return false;
  const wanted = known.getPublicSSH();
  const given = context.key.data;
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  const { signature, blob, hashAlgo } = context;
  return signature === undefined || blob === undefined || known.verify(blob, signature, hashAlgo) === true;
}

/** Joins a channel and a command; the one ends with the other. */
function serve(channel: ServerChannel, command: DemoCommand): void {
  command.stdin.on('error', () => {});
  channel.on('error', () => {});
  channel.pipe(command.stdin);
  command.stdout.pipe(channel, { end: false });
  command.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => command.kill());
  void command.ended.then((ending) => {
    if ('code' in ending) channel.exit(ending.code);
    else channel.exit(ending.signal);
    channel.end();
  });
}
