import { spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import ssh2, { type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2';

/** A key pair as OpenSSH writes it to files. */
export interface KeyPair {
  readonly private: string;
  /** One line: type, base64. */
  readonly public: string;
}

/** Makes a key pair; with a passphrase the private half is encrypted. */
export function makeKeyPair(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519', passphrase?: string): KeyPair {
  const secret = passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 4 };
  const options = { bits: type === 'rsa' ? 2048 : 256, ...secret };
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync(type as 'rsa', options as { bits: number });
    // ssh2 1.17 drops a leading zero byte of one ed25519 key in 256, and nobody can read the rest.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}

/** How the server behaves; everything has a default that lets a client in. */
export interface SshServerOptions {
  readonly hostKeys?: readonly KeyPair[];
  /** Public keys that may log in; none: nobody. */
  readonly authorized?: readonly string[];
  /** Hang up on this many connections before the banner, as MaxStartups does. */
  shedFirst?: number;
  /** What to say before hanging up on them. */
  readonly shedWords?: string;
  /** Hang up before the banner as long as so many handshakes are unfinished. */
  readonly mostUnfinished?: number;
  /** Accept the TCP connection and say nothing. */
  readonly silent?: boolean;
  /** Session channels that one connection may have (MaxSessions). */
  readonly mostSessions?: number;
  readonly forwarding?: boolean;
  /** Ends each command by this signal instead of running it. */
  readonly endBySignal?: string;
  /** A second method after an accepted key. */
  readonly wantsMore?: boolean;
  /** Milliseconds that a login takes which succeeds. */
  readonly loginMs?: number;
}

/** An SSH server in this process on a loopback port; commands run in /bin/sh for real. */
export class SshTestServer {
  readonly options: SshServerOptions;
  readonly hostKeys: readonly KeyPair[];
  /** The loopback port; still known when the server is closed. */
  port = 0;
  /** TCP connections that arrived, those that were shed included. */
  connections = 0;
  /** Logins that succeeded. */
  logins = 0;
  /** Keys that were shown without a signature, to ask whether they would do. */
  keyQuestions = 0;
  /** The highest number of handshakes that were unfinished at once. */
  mostUnfinishedSeen = 0;
  shed = 0;
  #unfinished = 0;
  readonly #sockets = new Set<Socket>();
  readonly #tcp: Server;
  readonly #ssh: ssh2.Server;

  private constructor(options: SshServerOptions) {
    this.options = options;
    this.hostKeys = options.hostKeys ?? [makeKeyPair()];
    this.#ssh = new ssh2.Server({ hostKeys: this.hostKeys.map((key) => key.private) }, (connection) =>
      this.#serve(connection),
    );
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(options: SshServerOptions = {}): Promise<SshTestServer> {
    const server = new SshTestServer(options);
    await new Promise<void>((resolve) => server.#tcp.listen(0, '127.0.0.1', resolve));
    server.port = (server.#tcp.address() as AddressInfo).port;
    return server;
  }

  /** Lines for known_hosts, one for each host key. */
  knownHosts(names = `[127.0.0.1]:${this.port}`): string {
    return this.hostKeys.map((key) => `${names} ${key.public.split(' ').slice(0, 2).join(' ')}\n`).join('');
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Cuts every connection without a goodbye. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#tcp.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    if (this.options.silent === true) return;
    const { shedFirst = 0, mostUnfinished = Number.POSITIVE_INFINITY } = this.options;
    if (this.shed < shedFirst || this.#unfinished >= mostUnfinished) {
      this.shed += 1;
      socket.end(this.options.shedWords ?? '');
      return;
    }
    this.#unfinished += 1;
    this.mostUnfinishedSeen = Math.max(this.mostUnfinishedSeen, this.#unfinished);
    socket.once('close', this.#finishOf(socket));
    this.#ssh.injectSocket(socket);
  }

  readonly #finishers = new WeakMap<Socket, () => void>();

  #finishOf(socket: Socket): () => void {
    let finish = this.#finishers.get(socket);
    if (finish === undefined) {
      let done = false;
      finish = () => {
        if (!done) this.#unfinished -= 1;
        done = true;
      };
      this.#finishers.set(socket, finish);
    }
    return finish;
  }

  #serve(connection: Connection): void {
    const authorized = (this.options.authorized ?? []).map((line) => ssh2.utils.parseKey(line) as ParsedKey);
    connection.on('error', () => {});
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      const key = authorized.find((each) => each.getPublicSSH().equals(context.key.data));
      if (key === undefined) return context.reject(['publickey']);
      if (context.signature === undefined || context.blob === undefined) {
        this.keyQuestions += 1;
        return context.accept();
      }
      if (key.verify(context.blob, context.signature, context.hashAlgo) !== true) return context.reject(['publickey']);
      if (this.options.wantsMore === true) return context.reject(['keyboard-interactive'], true);
      setTimeout(() => context.accept(), this.options.loginMs ?? 0);
    });
    connection.on('ready', () => {
      this.logins += 1;
      const socket = (connection as unknown as { _sock: Socket })._sock;
      this.#finishOf(socket)();
    });
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (sessions >= (this.options.mostSessions ?? Number.POSITIVE_INFINITY)) return reject();
      sessions += 1;
      const session = accept();
      session.on('close', () => {
        sessions -= 1;
      });
      this.#serveSession(session);
    });
    connection.on('tcpip', (accept, reject, info) => {
      if (this.options.forwarding === false) return reject();
      const onward = connect({ port: info.destPort, host: info.destIP, noDelay: true });
      onward.on('error', reject);
      onward.on('connect', () => {
        onward.off('error', reject);
        const channel = accept();
        for (const each of [onward, channel]) each.on('error', () => {});
        onward.on('close', () => channel.destroy());
        channel.on('close', () => onward.destroy());
        channel.pipe(onward).pipe(channel);
      });
    });
  }

  #serveSession(session: Session): void {
    session.on('exec', (accept, _reject, info) => {
      const channel = accept();
      if (this.options.endBySignal !== undefined) {
        channel.exit(this.options.endBySignal, false, '');
        channel.close();
        return;
      }
      runCommand(info.command, channel);
    });
  }
}

function runCommand(command: string, channel: ServerChannel): void {
  const child = spawn('/bin/sh', ['-c', command], { detached: true });
  child.stdin.on('error', () => {});
  channel.on('error', () => {});
  channel.pipe(child.stdin);
  child.stdout.on('data', (chunk) => channel.write(chunk));
  child.stderr.on('data', (chunk) => channel.stderr.write(chunk));
  // The whole group, as a shell does not hand the signal on to what it waits for; it has that number while its leader lives.
  channel.on('close', () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) hangUp(child.pid);
  });
  child.on('close', (code, signal) => {
    if (signal !== null) channel.exit(signal.replace(/^SIG/, ''), false, '');
    else channel.exit(code ?? 0);
    channel.end();
  });
}

function hangUp(group: number): void {
  try {
    process.kill(-group, 'SIGHUP');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
