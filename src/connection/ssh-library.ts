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

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;
type GlobalRequest = (protocol: unknown, name: string, wantsReply: boolean, data: unknown) => void;

/** What is used of ssh2's own protocol object, which its types leave out. */
interface ClientProtocol {
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  readonly _handlers: { GLOBAL_REQUEST: GlobalRequest };
  /** Set while keys are exchanged. */
  readonly _kexinit: unknown;
  readonly _packetRW: { readonly write: PacketWriter };
  readonly _cipher: { encrypt(packet: Buffer): void };
}

interface PacketWriter {
  /** Where the payload begins. */
  readonly allocStart: number;
  alloc(payloadBytes: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

/** Spares a client that is connecting two round trips, and the server the signatures of one, which ssh2 makes and nobody here needs. */
export function spareRoundTrips(client: SshClient): void {
  const protocol = (client as unknown as { _protocol: ClientProtocol })._protocol;
  signAtOnce(protocol);
  ignoreOtherHostKeys(protocol);
}

/**
 * Private keys are offered with the signature at once. ssh2 first asks whether the server would take the key; RFC 4252 section 7
 * leaves that to the client. Not so keys of an agent, which may ask somebody, and RSA, whose signature costs more than the question.
 *
 * The request for the login service is answered before the login leaves, although both could leave together: sshd writes with Nagle's
 * algorithm (RFC 896) until a session runs, so its second answer would lie there until our kernel acknowledges the first, 40 ms later.
 */
function signAtOnce(protocol: ClientProtocol): void {
  const authPK = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign !== undefined || !key.isPrivateKey() || key.type === 'ssh-rsa') return authPK(user, key, algorithm, sign);
    authPK(user, key, algorithm, (data, done) => {
      const signature: Buffer | Error = key.sign(data);
      // Asked the usual way, ssh2 reports it, and goes on to the next key.
      if (signature instanceof Error) authPK(user, key, algorithm);
      else done(signature);
    });
  };
}

/**
 * After the login OpenSSH tells all its host keys (hostkeys-00@openssh.com in its PROTOCOL), for clients that keep known_hosts up to
 * date; ssh2 has it prove each of them, and gives up the connection over a type that it does not know. The key that the server showed
 * in the handshake was checked; the others are of no use here.
 */
function ignoreOtherHostKeys(protocol: ClientProtocol): void {
  const handlers = protocol._handlers;
  const handle = handlers.GLOBAL_REQUEST;
  handlers.GLOBAL_REQUEST = (from, name, wantsReply, data) => {
    if (name === 'hostkeys-00@openssh.com' && !wantsReply) acknowledge(protocol);
    else handle(from, name, wantsReply, data);
  };
}

const IGNORE = 2;

/**
 * Sends a packet that says nothing (SSH_MSG_IGNORE, RFC 4253 section 11.2) and so has the kernel acknowledge at once what has come.
 * Otherwise it waits 40 ms for something to send, and sshd, which writes with Nagle's algorithm (RFC 896) until a session runs, keeps
 * its next answer, the channel, until then.
 */
function acknowledge(protocol: ClientProtocol): void {
  if (protocol._kexinit !== undefined) return;
  const { write } = protocol._packetRW;
  const packet = write.alloc(5);
  // The type, and a string of no length.
  packet.fill(0, write.allocStart, write.allocStart + 5);
  packet[write.allocStart] = IGNORE;
  protocol._cipher.encrypt(write.finalize(packet));
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
