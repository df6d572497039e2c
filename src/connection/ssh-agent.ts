import { connect } from 'node:net';
import { fingerprint, keyType } from './host-keys.ts';
import { agentWithOneKey, type BaseAgent, connectAgent, type ParsedKey, parseSshKey } from './ssh-library.ts';

/** A key that an agent holds. `usable` is missing for FIDO keys and certificates, which ssh2 cannot sign with. */
export interface AgentKey {
  readonly type: string;
  readonly comment: string;
  readonly blob: Buffer;
  readonly fingerprint: string;
  readonly usable?: { readonly key: ParsedKey; readonly agent: BaseAgent };
}

/** What an agent answered; `trouble` says why it could not be asked. */
export interface AgentAnswer {
  readonly socket: string;
  readonly keys: readonly AgentKey[];
  readonly trouble?: string;
}

/** Asks an agent for its keys, once; it has five seconds to answer. */
export async function askAgent(socket: string, deadlineMs = 5000): Promise<AgentAnswer> {
  try {
    const agent = connectAgent(socket);
    const identities = parseIdentities(await requestIdentities(socket, deadlineMs));
    return { socket, keys: identities.map(({ blob, comment }) => toAgentKey(blob, comment, agent)) };
  } catch (error) {
    return { socket, keys: [], trouble: error instanceof Error ? error.message : String(error) };
  }
}

function toAgentKey(blob: Buffer, comment: string, agent: BaseAgent): AgentKey {
  const parsed = parseSshKey(blob);
  const known = { type: keyType(blob), comment, blob, fingerprint: fingerprint(blob) };
  if (parsed instanceof Error) return known;
  return { ...known, usable: { key: parsed, agent: agentWithOneKey(agent, parsed) } };
}

// Numbers of the agent protocol (draft-miller-ssh-agent, section 5.1).
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;

/** The body of the agent's answer, after its type. */
function requestIdentities(socket: string, deadlineMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => stream.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    stream.on('connect', () => stream.write(Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES])));
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      const length = all.length >= 4 ? all.readUInt32BE(0) : Number.POSITIVE_INFINITY;
      if (all.length < 4 + length) return;
      if (all[4] === IDENTITIES_ANSWER) resolve(all.subarray(5, 4 + length));
      else reject(new Error('the agent refused to list its keys'));
      stream.destroy();
    });
    stream.on('error', reject);
    stream.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the agent closed the connection'));
    });
  });
}

function parseIdentities(body: Buffer): { readonly blob: Buffer; readonly comment: string }[] {
  let at = 4;
  const next = () => {
    const length = body.readUInt32BE(at);
    const value = body.subarray(at + 4, at + 4 + length);
    if (value.length !== length) throw new Error('the answer of the agent cannot be read');
    at += 4 + length;
    return value;
  };
  return Array.from({ length: body.readUInt32BE(0) }, () => ({ blob: next(), comment: next().toString() }));
}
