import { UnbusyError } from '../core/errors.ts';
import type { ConfigQuestion, ResolvedTarget } from './resolved-target.ts';

/** Asks ssh_config about some aliases. */
export type Resolve = (questions: readonly ConfigQuestion[]) => Promise<readonly ResolvedTarget[]>;

/** The jump hosts before a host, the first one dialled first. */
export type HopsOf = (target: ResolvedTarget) => readonly ResolvedTarget[];

/** Longer chains are taken for a circle. */
const MOST_HOPS = 10;

/** Resolves all jump hosts of these hosts, and theirs. Throws E_SSH_CONFIG for a circle. */
export async function resolveHops(targets: readonly ResolvedTarget[], resolve: Resolve): Promise<HopsOf> {
  const known = new Map<string, ResolvedTarget>();
  let open = newHops(targets, known);
  while (open.length > 0) {
    const resolved = await resolve(open.map(parseHop));
    resolved.forEach((hop, index) => {
      known.set(open[index] ?? '', hop);
    });
    open = newHops(resolved, known);
  }
  return (target) => chain(target, known, []);
}

/**
 * The chain before a target. The first hop's own ProxyJump counts, those of later hops do not (ssh -J a,b goes to b
 * through a); a hop that is the host itself is left out, as ssh does where `Host *` names one jump host for all.
 */
function chain(target: ResolvedTarget, known: ReadonlyMap<string, ResolvedTarget>, behind: string[]): ResolvedTarget[] {
  const hops = jumpsOf(target).map((hop) => known.get(hop));
  const [first, ...later] = hops.filter((hop): hop is ResolvedTarget => hop !== undefined);
  if (first === undefined) return [];
  const circle = [...behind, target.alias, first.alias];
  if (circle.length > MOST_HOPS) {
    throw new UnbusyError('E_SSH_CONFIG', `ProxyJump goes in a circle: ${circle.slice(0, 4).join(' → ')} → ….`, {
      hint: `Give the jump host a \`Host ${first.alias}\` block of its own with \`ProxyJump none\`, above the others.`,
      host: target.alias,
    });
  }
  return [...chain(first, known, [...behind, target.alias]), first, ...later];
}

function newHops(targets: readonly ResolvedTarget[], known: ReadonlyMap<string, ResolvedTarget>): string[] {
  return [...new Set(targets.flatMap(jumpsOf))].filter((hop) => !known.has(hop));
}

function jumpsOf(target: ResolvedTarget): readonly string[] {
  return target.proxyJump.filter((hop) => {
    const { alias, user, port } = parseHop(hop);
    return alias !== target.alias || (user ?? target.user) !== target.user || (port ?? 22) !== target.port;
  });
}

/** `[user@]host[:port]`, an IPv6 address in brackets (ssh_config(5), ProxyJump). */
function parseHop(hop: string): ConfigQuestion {
  const at = hop.lastIndexOf('@');
  const user = at > 0 ? hop.slice(0, at) : undefined;
  const match = /^(?:\[([^\]]+)\]|([^:]*(?::[^:]*:.*)?))(?::(\d+))?$/.exec(hop.slice(at + 1));
  const alias = match?.[1] ?? match?.[2] ?? hop.slice(at + 1);
  const port = match?.[3];
  return {
    alias,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
