import type { ErrorCode } from '../core/error-codes.ts';
import type { HostResult } from '../core/results.ts';
import { mainError } from './error-lines.ts';

/** Hosts that are not as wanted for one reason. */
export interface Cause {
  readonly code: ErrorCode;
  readonly hosts: readonly string[];
  /** The words of the first of these hosts. */
  readonly message: string;
  readonly hint?: string;
  /** True if other hosts said it in other words: other names, numbers, ids. */
  readonly varies: boolean;
}

/** Each host's key differs by nature: they are one cause, however the message reads. */
const ONE_CAUSE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['E_HOSTKEY_UNKNOWN', 'E_HOSTKEY_CHANGED']);

/** Why hosts failed, were not reached or stayed unknown, the cause of the most hosts first. */
export function rankCauses(hosts: readonly HostResult[]): readonly Cause[] {
  const groups = new Map<string, { first: Omit<Cause, 'hosts' | 'varies'>; hosts: string[]; varies: boolean }>();
  for (const host of hosts) {
    const error = mainError(host)?.error;
    if (error === undefined) continue;
    const { code, message, hint } = error;
    const key = ONE_CAUSE.has(code) ? code : `${code} ${shapeOf(message, host.host)}`;
    const group = groups.get(key);
    if (group === undefined) {
      const first = { code, message, ...(hint === undefined ? {} : { hint }) };
      groups.set(key, { first, hosts: [host.host], varies: false });
    } else {
      group.hosts.push(host.host);
      group.varies ||= group.first.message !== message;
    }
  }
  return [...groups.values()]
    .map(({ first, ...rest }) => ({ ...first, ...rest }))
    .sort((a, b) => b.hosts.length - a.hosts.length || a.code.localeCompare(b.code));
}

/** A message without what differs from host to host. Only the folding of lines hangs on it, never a decision. */
export function shapeOf(message: string, host: string): string {
  return withoutName(message, host)
    .replaceAll(/\b[0-9a-f]{8,}\b/g, '<id>')
    .replaceAll(/\d+/g, '<n>');
}

/** A name such as `a` stands in many words, where it is no name. */
function withoutName(message: string, host: string): string {
  if (host === '') return message;
  const inWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  return message.replaceAll(host, (found, at: number) =>
    inWord(message[at - 1]) || inWord(message[at + host.length]) ? found : '<host>',
  );
}
