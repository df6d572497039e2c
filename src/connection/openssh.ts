import { mkdtempSync, rmSync } from 'node:fs';
import { systemClock } from '../core/clock.ts';
import { abortError, UnbusyError } from '../core/errors.ts';
import { Capture } from './capture.ts';
import { spawnChannel } from './child-process.ts';
import type { Channel, ChannelEnding, Link } from './link.ts';
import {
  channelCommand,
  exitCommand,
  masterCommand,
  type OpensshSettings,
  type OpensshTarget,
} from './openssh-command.ts';
import { opensshError } from './openssh-errors.ts';

/** What opening takes besides the target. */
export interface OpensshOptions extends OpensshSettings {
  readonly signal?: AbortSignal;
  /** Of the client; the process's own if it is missing. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A link, or why there is none. */
export type OpensshOpened =
  | { readonly ok: true; readonly link: Link }
  | { readonly ok: false; readonly error: UnbusyError };

/** Authentication may need a touch, or an answer of Kerberos; it is granted on top of the deadline for the connection. */
const AUTHENTICATION_MS = 20_000;
/** Waits before another try where the server closed the door (MaxStartups of sshd_config(5)), in milliseconds. */
const SHED_WAITS = [300, 1_000, 3_000];
/** How long the client may take to tell its master to end; a master that hangs ends by its own ControlPersist. */
const EXIT_MS = 3_000;
/** ssh ends with 255 for trouble of its own (ssh(1)); no shell of ours does. */
const SSH_FAILED = 255;
const COMMAND_MISSING = 127;

/**
 * Connects with the system's ssh client and one master connection, which all channels share. Its directory is on a short
 * path, because the path of a UNIX socket ends at 107 bytes. Errors: E_CONNECT_*, E_HOSTKEY_*, E_AUTH, E_SSH_CONFIG.
 */
export async function openOpensshLink(target: OpensshTarget, options: OpensshOptions): Promise<OpensshOpened> {
  const made = makeDirectory(target.host);
  if (!made.ok) return made;
  const { directory } = made;
  const client = new Client(target, options, `${directory}/s`);
  for (const wait of [...SHED_WAITS, undefined]) {
    const error = await client.connect();
    if (error === undefined) return { ok: true, link: new OpensshLink(client, directory) };
    const again = error.code === 'E_CONNECT_SHED' && wait !== undefined && options.signal?.aborted !== true;
    if (!again) {
      rmSync(directory, { recursive: true, force: true });
      return { ok: false, error };
    }
    // Spread, so that hosts behind one bastion do not come back together.
    await systemClock.sleep(wait * (0.5 + Math.random()), options.signal).catch(() => undefined);
  }
  throw new UnbusyError('E_BUG', `No try to connect to ${target.host} was the last.`);
}

/** /tmp of this machine may be full or read-only; that is no trouble of any host, but keeps us from it. */
function makeDirectory(
  host: string,
): { readonly ok: true; readonly directory: string } | { readonly ok: false; readonly error: UnbusyError } {
  try {
    return { ok: true, directory: mkdtempSync('/tmp/unbusy-ssh-') };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `ssh was not started for ${host}: no directory for its socket can be made in /tmp (${code ?? String(cause)}).`;
    const hint = 'Make room in /tmp of this machine, or set `transport: ssh` for this host.';
    return { ok: false, error: new UnbusyError('E_CONNECT_LOCAL', message, { host, hint, cause }) };
  }
}

/** The ssh command with one target and one socket. */
class Client {
  readonly target: OpensshTarget;
  readonly #options: OpensshOptions;
  readonly #socket: string;

  constructor(target: OpensshTarget, options: OpensshOptions, socket: string) {
    this.target = target;
    this.#options = options;
    this.#socket = socket;
  }

  /** Resolves with undefined once the master is up. */
  async connect(): Promise<UnbusyError | undefined> {
    const { host } = this.target;
    const { signal, connectDeadlineMs } = this.#options;
    const interrupted = (by: AbortSignal) =>
      abortError(by, () => new UnbusyError('E_INTERRUPTED', `Interrupted before ${host} was connected.`, { host }));
    if (signal?.aborted) return interrupted(signal);
    const channel = await this.#spawn(masterCommand(this.target, this.#options, this.#socket));
    const limit = connectDeadlineMs + AUTHENTICATION_MS;
    const timer = setTimeout(() => channel.destroy(), limit);
    const onAbort = () => channel.destroy();
    signal?.addEventListener('abort', onAbort, { once: true });
    const { ending, stderr } = await readToEnd(channel);
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    if (ending.code === 0) return undefined;
    if (signal?.aborted) return interrupted(signal);
    if (ending.code === COMMAND_MISSING) {
      const hint = 'Install the OpenSSH client on this machine, or use "transport: ssh".';
      return new UnbusyError('E_SSH_CONFIG', 'There is no ssh command on this machine.', { host, hint });
    }
    if (ending.signal === undefined) return opensshError(host, stderr);
    const message = `ssh did not connect to ${host} within ${Math.round(limit / 1000)} s and was ended.`;
    return new UnbusyError('E_CONNECT_TIMEOUT', message, { host });
  }

  open(commandLine: string): Promise<Channel> {
    return this.#spawn(channelCommand(this.target, this.#options, this.#socket, commandLine));
  }

  async exit(): Promise<void> {
    const channel = await this.#spawn(exitCommand(this.target, this.#options, this.#socket));
    const timer = setTimeout(() => channel.destroy(), EXIT_MS);
    await readToEnd(channel);
    clearTimeout(timer);
  }

  #spawn(argv: readonly string[]): Promise<Channel> {
    return spawnChannel(argv, { ...(this.#options.env ?? process.env), LC_ALL: 'C' });
  }
}

class OpensshLink implements Link {
  readonly host: string;
  readonly transport = 'openssh';
  readonly #client: Client;
  readonly #directory: string;
  #closed = false;

  constructor(client: Client, directory: string) {
    this.host = client.target.host;
    this.#client = client;
    this.#directory = directory;
  }

  async open(commandLine: string): ReturnType<Link['open']> {
    if (this.#closed) {
      return {
        ok: false,
        error: new UnbusyError('E_CHANNEL', `The link to ${this.host} is closed.`, { host: this.host }),
      };
    }
    return { ok: true, channel: new ClientChannel(await this.#client.open(commandLine)) };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.exit();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A channel whose 255 is no exit number of the remote side but the end of the connection. */
class ClientChannel implements Channel {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  write(data: string | Uint8Array): void {
    this.#channel.write(data);
  }

  end(): void {
    this.#channel.end();
  }

  onStdout(listener: (chunk: Buffer) => void): void {
    this.#channel.onStdout(listener);
  }

  onStderr(listener: (chunk: Buffer) => void): void {
    this.#channel.onStderr(listener);
  }

  onEnd(listener: (ending: ChannelEnding) => void): void {
    this.#channel.onEnd((ending) =>
      listener(ending.code === SSH_FAILED ? { lost: 'the ssh client lost its connection' } : ending),
    );
  }

  destroy(): void {
    this.#channel.destroy();
  }
}

function readToEnd(channel: Channel): Promise<{ readonly ending: ChannelEnding; readonly stderr: string }> {
  const stderr = new Capture(16 * 1024, 'tail');
  return new Promise((resolve) => {
    channel.onStdout(() => {});
    channel.onStderr((chunk) => stderr.add(chunk));
    channel.onEnd((ending) => resolve({ ending, stderr: stderr.text() }));
    channel.end();
  });
}
