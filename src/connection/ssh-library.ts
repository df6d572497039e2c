import ssh2, {
  type AnyAuthMethod,
  type BaseAgent,
  type ClientChannel,
  type ParsedKey,
  type Client as SshClient,
} from 'ssh2';

// The only file that knows ssh2; the rest of the room takes from here what it uses of it.
export type { AnyAuthMethod, BaseAgent, ClientChannel, ParsedKey, SshClient };

/** A client that is not connected yet. */
export function newSshClient(): SshClient {
  return new ssh2.Client();
}

/** Reads a private or public key; an Error value if the format, the type or the passphrase is not right. */
export function parseSshKey(data: Buffer | string, passphrase?: string): ParsedKey | Error {
  return ssh2.utils.parseKey(data, passphrase);
}

/** An agent behind a UNIX socket. */
export function connectAgent(socketPath: string): BaseAgent {
  return ssh2.createAgent(socketPath);
}

/** An agent that shows one key only and lets `agent` sign with it, so that the order of keys is ours. */
export function agentWithOneKey(agent: BaseAgent, key: ParsedKey): BaseAgent {
  return new OneKeyAgent(agent, key) as BaseAgent;
}

class OneKeyAgent extends ssh2.BaseAgent {
  readonly #agent: BaseAgent;
  readonly #key: ParsedKey;

  constructor(agent: BaseAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }

  override getIdentities(callback: Parameters<BaseAgent['getIdentities']>[0]): void {
    callback(undefined, [this.#key]);
  }

  override sign(...args: unknown[]): void {
    Reflect.apply(this.#agent.sign, this.#agent, args);
  }
}
