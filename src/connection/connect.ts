import type { Clock } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import { type HostPlan, type PlanOptions, planHosts } from './host-plan.ts';
import type { Link } from './link.ts';
import { openLocalLink } from './local.ts';
import type { Opened } from './session.ts';
import { openShellSession } from './shell-session.ts';
import { SshDialer } from './ssh.ts';
import { localIdentity } from './ssh-config-output.ts';
import type { Result } from './ssh-connection.ts';

/** How a run connects. */
export interface ConnectOptions extends PlanOptions {
  /** For sudo or doas where they ask. */
  readonly becomePassword?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

/** How a host would be reached, for people. */
export interface Explanation {
  readonly host: string;
  readonly transport: 'ssh' | 'openssh' | 'local';
  readonly why: string;
  readonly address?: string;
  readonly user?: string;
  /** Jump hosts in the order in which they are dialled. */
  readonly jumps: readonly string[];
  readonly keys: readonly string[];
  readonly keysNotOffered: readonly string[];
  readonly hostKeys?: 'strict' | 'accept-new';
  readonly knownHostsFiles: readonly string[];
}

/** Opens sessions on hosts that were prepared. */
export interface Connector {
  /** Trouble is in the value. Closing the session closes its connection. */
  open(target: HostTarget, signal?: AbortSignal): Promise<Opened>;
  explain(target: HostTarget): Explanation;
  /** Ends what hosts share; open sessions through a jump host end with it. */
  close(): void;
}

/**
 * Gets everything ready that needs the controller only: ssh_config, keys, passphrases, known_hosts.
 * Throws E_SSH_CONFIG and E_KEY_FILE; no host is touched.
 */
export async function prepareConnections(targets: readonly HostTarget[], options: ConnectOptions): Promise<Connector> {
  const plans = await planHosts(targets, options, localIdentity(options.environment));
  return new PreparedConnector(plans, options);
}

class PreparedConnector implements Connector {
  readonly #plans: ReadonlyMap<string, HostPlan>;
  readonly #options: ConnectOptions;
  readonly #dialer: SshDialer;

  constructor(plans: ReadonlyMap<string, HostPlan>, options: ConnectOptions) {
    this.#plans = plans;
    this.#options = options;
    this.#dialer = new SshDialer(options.clock);
  }

  async open(target: HostTarget, runSignal?: AbortSignal): Promise<Opened> {
    const plan = this.#planOf(target);
    // A signal for each host: hundreds of listeners on the run's one would make Node warn of a leak.
    const signal = AbortSignal.any(runSignal === undefined ? [] : [runSignal]);
    const linked = await this.#openLink(plan, signal);
    if (!linked.ok) return linked;
    const { becomePassword } = this.#options;
    return openShellSession(linked.value, {
      signal,
      ...(target.become === undefined ? {} : { become: target.become }),
      ...(target.become === undefined || becomePassword === undefined ? {} : { password: becomePassword }),
    });
  }

  explain(target: HostTarget): Explanation {
    const { choice, route, resolved } = this.#planOf(target);
    const jumps: string[] = [];
    for (let via = route?.via; via !== undefined; via = via.via)
      jumps.unshift(`${via.endpoint.user}@${via.endpoint.host}`);
    return {
      host: target.name,
      transport: choice.transport,
      why: choice.why,
      ...(resolved === undefined ? {} : { address: `${resolved.hostname}:${resolved.port}`, user: resolved.user }),
      jumps,
      keys: route?.credentials.offered.map((key) => key.label) ?? [],
      keysNotOffered: route?.credentials.left ?? [],
      ...(route === undefined ? {} : { hostKeys: route.hostKeys.policy }),
      knownHostsFiles:
        resolved === undefined ? [] : [...resolved.userKnownHostsFiles, ...resolved.globalKnownHostsFiles],
    };
  }

  close(): void {
    this.#dialer.close();
  }

  #planOf(target: HostTarget): HostPlan {
    const plan = this.#plans.get(target.name);
    if (plan === undefined) throw new UnbusyError('E_BUG', `The host ${target.name} was not prepared.`);
    return plan;
  }

  async #openLink(plan: HostPlan, signal: AbortSignal): Promise<Result<Link>> {
    const { target, choice, route } = plan;
    if (choice.transport === 'local' || route === undefined) return { ok: true, value: openLocalLink(target.name) };
    return this.#dialer.openLink(route, signal);
  }
}
