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
type ServiceAccept = (protocol: unknown, name: string) => void;

/** What is used of ssh2's own protocol object, which its types leave out. */
interface ClientProtocol {
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  service(name: string): void;
  readonly _handlers: { GLOBAL_REQUEST: GlobalRequest; SERVICE_ACCEPT: ServiceAccept };
}

/**
 * Spares a client that is connecting three round trips, and the server signatures, which ssh2 makes and nobody here needs. `first` is
 * the key that is offered first, if it is one of a file.
 */
export function spareRoundTrips(client: SshClient, first: ParsedKey | undefined): void {
  const protocol = (client as unknown as { _protocol: ClientProtocol })._protocol;
  signAtOnce(protocol);
  ignoreOtherHostKeys(protocol);
  if (first !== undefined && signsUnasked(first)) loginUnasked(protocol);
}

/** A signature of an RSA key costs more than the question, and the server must say first which hash it takes (RFC 8308). */
function signsUnasked(key: ParsedKey): boolean {
  return key.isPrivateKey() && key.type !== 'ssh-rsa';
}

/**
 * The login leaves together with the request for the service that it belongs to. A server answers one after the other (RFC 4253
 * section 10 has it disconnect if it does not have that service), so there is nothing to wait for.
 */
function loginUnasked(protocol: ClientProtocol): void {
  const handlers = protocol._handlers;
  const accepted = handlers.SERVICE_ACCEPT;
  const service = protocol.service.bind(protocol);
  protocol.service = (name) => {
    service(name);
    handlers.SERVICE_ACCEPT = () => {};
    accepted(protocol, name);
  };
}

/**
 * Private keys are offered with the signature at once. ssh2 first asks whether the server would take the key; RFC 4252 section 7
 * leaves that to the client. Not so RSA, and keys of an agent, which may ask somebody.
 */
function signAtOnce(protocol: ClientProtocol): void {
  const authPK = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign !== undefined || !signsUnasked(key)) return authPK(user, key, algorithm, sign);
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
    if (name !== 'hostkeys-00@openssh.com' || wantsReply) handle(from, name, wantsReply, data);
  };
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
