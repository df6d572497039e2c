import type { Clock } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import { AdmissionGates, type Leave } from './admission.ts';
import { nameInKnownHosts } from './host-keys.ts';
import { askAboutHosts, type HostPlan, type PlanOptions, planHosts } from './host-plan.ts';
import type { Link } from './link.ts';
import { openLocalLink } from './local.ts';
import { openOpensshLink } from './openssh.ts';
import type { Opened } from './session.ts';
import { openShellSession } from './shell-session.ts';
import { SshDialer } from './ssh.ts';
import type { SshConfig } from './ssh-config.ts';
import { localIdentity } from './ssh-config-output.ts';
import type { Result } from './ssh-connection.ts';
import { abortedError } from './ssh-errors.ts';
import { type SshRoute, serverKey } from './ssh-route.ts';

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
  /** True if some known_hosts file names the host, whatever key it will show. */
  readonly inKnownHosts?: boolean;
}

/** Opens sessions on hosts that were prepared. */
export interface Connector {
  /** Trouble is in the value. Closing the session closes its connection. */
  open(target: HostTarget, signal?: AbortSignal): Promise<Opened>;
  explain(target: HostTarget): Explanation;
  /** Ends what hosts share; open sessions through a jump host end with it. */
  close(): void;
}

export type { SshConfig };

/** Begins to ask ssh_config about these hosts, for prepareConnections; no host is touched, and trouble is told there. */
export function askSshConfigAhead(
  targets: readonly HostTarget[],
  environment: NodeJS.ProcessEnv,
  sshConfigFile?: string,
): SshConfig {
  const options = sshConfigFile === undefined ? {} : { sshConfigFile };
  return askAboutHosts(targets, options, localIdentity(environment));
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
  readonly #gates = new AdmissionGates();
  readonly #dialer: SshDialer;

  constructor(plans: ReadonlyMap<string, HostPlan>, options: ConnectOptions) {
    this.#plans = plans;
    this.#options = options;
    this.#dialer = new SshDialer(options.clock, this.#gates);
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
      ...(route === undefined ? {} : { hostKeys: route.hostKeys.policy, inKnownHosts: isNamed(route.hostKeys) }),
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
    if (choice.transport === 'openssh') return this.#openOpenssh(plan, route, signal);
    const opened = await this.#dialer.openLink(route, signal);
    if (opened.ok || target.transport !== 'auto' || !lacksAlgorithm(opened.error)) return opened;
    const other = await this.#openOpenssh(plan, route, signal);
    return other.ok || other.error.code !== 'E_SSH_CONFIG' ? other : opened;
  }

  /** Each ssh process dials the first server of its way by itself, so that one has the gate. */
  async #openOpenssh(plan: HostPlan, route: SshRoute, signal: AbortSignal): Promise<Result<Link>> {
    const { target, resolved } = plan;
    const { hostKeys, sshConfigFile, environment } = this.#options;
    let leave: Leave | undefined;
    try {
      leave = await this.#gates.of(resolved?.proxyCommand ?? serverKey(firstHop(route))).enter(signal);
      const opened = await openOpensshLink(
        {
          host: target.name,
          address: target.address ?? target.name,
          identityFiles: target.identityFiles,
          ...(target.port === undefined ? {} : { port: target.port }),
          ...(target.user === undefined ? {} : { user: target.user }),
          ...(sshConfigFile === undefined ? {} : { configFile: sshConfigFile }),
        },
        {
          connectDeadlineMs: route.deadlineMs,
          env: environment,
          signal,
          ...(hostKeys === undefined ? {} : { hostKeys }),
        },
      );
      leave(!opened.ok && opened.error.code === 'E_CONNECT_SHED');
      return opened.ok ? { ok: true, value: opened.link } : opened;
    } catch (error) {
      leave?.(false);
      if (!signal.aborted) throw error;
      return { ok: false, error: abortedError(route.endpoint, signal) };
    }
  }
}

/** The server, or a jump host before it, and our client have no algorithm in common. */
function lacksAlgorithm(error: UnbusyError): boolean {
  return (error.code === 'E_CONNECT_PROTOCOL' || error.code === 'E_CONNECT_JUMP') && error.data?.reason === 'handshake';
}

/** A key that stands without the port counts too, as for ssh. */
function isNamed({ known, owner }: SshRoute['hostKeys']): boolean {
  return [nameInKnownHosts(owner), owner.hostname.toLowerCase()].some((name) => known.all(name).length > 0);
}

function firstHop(route: SshRoute): SshRoute {
  return route.via === undefined ? route : firstHop(route.via);
}
