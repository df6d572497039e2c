import type { KeyFile } from './key-files.ts';
import type { AgentAnswer, AgentKey } from './ssh-agent.ts';
import type { BaseAgent, ParsedKey } from './ssh-library.ts';

/** One key that we offer, and how messages call it. */
export type Credential =
  | { readonly kind: 'agent'; readonly label: string; readonly key: ParsedKey; readonly agent: BaseAgent }
  | { readonly kind: 'file'; readonly label: string; readonly key: ParsedKey };

/** What we offer to a server, in order, and what we have but do not offer, with the reason. */
export interface Credentials {
  readonly offered: readonly Credential[];
  readonly left: readonly string[];
}

/** sshd ends a connection at the sixth refused key (MaxAuthTries in sshd_config(5)). */
const MOST_OFFERS = 6;

/** Agent keys that a key file names, then key files, then the agent's other keys unless only named ones are allowed. */
export function planCredentials(
  files: readonly KeyFile[],
  agent: AgentAnswer | undefined,
  onlyNamed: boolean,
): Credentials {
  const left: string[] = [];
  const named = new Set(files.map((file) => keyId(file.blob)));
  const agentKeys = agent?.keys ?? [];
  const usable = agentKeys.filter((key) => key.usable !== undefined);
  const matching = usable.filter((key) => named.has(keyId(key.blob)));
  const held = new Set(matching.map((key) => keyId(key.blob)));
  const offered = [
    ...matching.flatMap(fromAgent),
    ...files.filter((file) => file.blob === undefined || !held.has(keyId(file.blob))).flatMap(fromFile),
    ...(onlyNamed ? [] : usable.filter((key) => !named.has(keyId(key.blob))).flatMap(fromAgent)),
  ];
  for (const file of files) {
    if (held.has(keyId(file.blob)) || file.state === 'ready' || file.state === 'missing') continue;
    left.push(`${file.path} (${whyLeft(file)})`);
  }
  if (agent?.trouble !== undefined) left.push(`the agent at ${agent.socket} (${agent.trouble})`);
  for (const key of offered.slice(MOST_OFFERS)) left.push(`${key.label} (servers stop at ${MOST_OFFERS} keys)`);
  return { offered: offered.slice(0, MOST_OFFERS), left };
}

function fromAgent(key: AgentKey): Credential[] {
  const name = key.comment === '' ? key.fingerprint : key.comment;
  return key.usable === undefined ? [] : [{ kind: 'agent', label: `${name} (agent)`, ...key.usable }];
}

function fromFile(file: KeyFile): Credential[] {
  return file.key === undefined ? [] : [{ kind: 'file', label: file.path, key: file.key }];
}

function whyLeft(file: KeyFile): string {
  if (file.state === 'encrypted') return 'encrypted, no passphrase';
  return file.why ?? file.state;
}

function keyId(blob: Buffer | undefined): string | undefined {
  return blob?.toString('base64');
}
