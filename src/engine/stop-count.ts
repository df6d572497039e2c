import type { HostCount, StopRules } from '../config/play-rollout.ts';
import { COUNTED, type Counted, type StopReport, type TaskStatus } from '../core/results.ts';

/** How the hosts of a run have ended so far, for its stop rules. */
export class StopCount {
  readonly #total: number;
  readonly #ended = new Map<string, TaskStatus>();

  /** `total` is the number of hosts in the whole run, of which percentages are taken. */
  constructor(total: number) {
    this.#total = total;
  }

  /** A later word about the same host replaces the earlier one. */
  note(host: string, status: TaskStatus): void {
    this.#ended.set(host, status);
  }

  /** The first rule of which there are more hosts than it tolerates. */
  struck(rules: StopRules, where: string): StopReport | undefined {
    for (const rule of COUNTED) {
      const hosts = this.#hostsOf(rule);
      if (!exceeds(hosts.length, rules[rule], this.#total)) continue;
      const tolerated = limitText(rules[rule]);
      return { kind: 'rule', rule, tolerated, count: hosts.length, of: this.#total, hosts, where };
    }
    return undefined;
  }

  #hostsOf(status: Counted): readonly string[] {
    return [...this.#ended].flatMap(([host, ended]) => (ended === status ? [host] : []));
  }
}

function exceeds(count: number, limit: HostCount, total: number): boolean {
  return limit.kind === 'hosts' ? count > limit.hosts : count * 100 > limit.percent * total;
}

/** What rules tolerate, in words. */
export function rulesText(rules: StopRules): string {
  return COUNTED.map((rule) => `${rule} ${limitText(rules[rule])}`).join(', ');
}

/** A limit as the playbook has it. */
function limitText(limit: HostCount): string {
  return limit.kind === 'hosts' ? String(limit.hosts) : `${limit.percent}%`;
}
