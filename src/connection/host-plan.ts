import { existsSync } from 'node:fs';
import { UnbusyError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import type { HostKeyRules } from './host-key-check.ts';
import type { AskPassphrase, IdentityWishes } from './identities.ts';
import { KeyRing } from './identities.ts';
import { type HopsOf, resolveHops } from './jump-hops.ts';
import { KnownHostsLibrary } from './known-hosts-files.ts';
import type { ConfigQuestion, ResolvedTarget } from './resolved-target.ts';
import { SshConfig } from './ssh-config.ts';
import { expandHome, type LocalIdentity } from './ssh-config-output.ts';
import { socketName } from './ssh-endpoint.ts';
import type { SshRoute } from './ssh-route.ts';
import { chooseTransport, routeNeedsOpenSsh, type TransportChoice } from './transport-choice.ts';

/** What planning needs from the command line and its surroundings. */
export interface PlanOptions {
  /** Undefined: as StrictHostKeyChecking of each host says, where `no` means accept-new. */
  readonly hostKeys?: 'strict' | 'accept-new';
  /** For one try. Undefined: ConnectTimeout of ssh_config, else ten seconds. */
  readonly connectDeadlineMs?: number;
  readonly askPassphrase: AskPassphrase;
  readonly sshConfigFile?: string;
  /** The same configuration, if it was asked before. */
  readonly sshConfig?: SshConfig;
  /** A key was accepted as new, or could not be written down. */
  readonly onNotice?: (host: string, text: string) => void;
}

/** How one host will be reached. */
export interface HostPlan {
  readonly target: HostTarget;
  readonly choice: TransportChoice | { readonly transport: 'local'; readonly why: string };
  /** What ssh_config says, and the way of our own client; missing for local. */
  readonly resolved?: ResolvedTarget;
  readonly route?: SshRoute;
}

const DEFAULT_DEADLINE_MS = 10_000;

/** Plans all hosts: asks ssh_config, reads keys and known_hosts, asks for passphrases. Throws E_SSH_CONFIG and E_KEY_FILE. */
export async function planHosts(
  targets: readonly HostTarget[],
  options: PlanOptions,
  local: LocalIdentity,
): Promise<ReadonlyMap<string, HostPlan>> {
  const config = options.sshConfig ?? openSshConfig(options, local);
  const remote = targets.filter((target) => target.transport !== 'local');
  const resolved = await config.resolve(remote.map(toQuestion));
  const hopsOf = await resolveHops(resolved, (questions) => config.resolve(questions));
  const planner = new Planner(options, local, hopsOf);
  await planner.loadKeys(remote, resolved);
  const plans = new Map<string, HostPlan>();
  for (const target of targets) {
    if (target.transport !== 'local') continue;
    plans.set(target.name, { target, choice: { transport: 'local', why: 'the inventory says so' } });
  }
  remote.forEach((target, index) => {
    const of = resolved[index];
    if (of !== undefined) plans.set(target.name, planner.plan(target, of));
  });
  return plans;
}

/** Begins to ask ssh_config about hosts that will be planned, while something else is done; for planHosts. */
export function askAboutHosts(
  targets: readonly HostTarget[],
  options: Pick<PlanOptions, 'sshConfigFile'>,
  local: LocalIdentity,
): SshConfig {
  const config = openSshConfig(options, local);
  config.askAhead(targets.filter((target) => target.transport !== 'local').map(toQuestion));
  return config;
}

function openSshConfig({ sshConfigFile }: Pick<PlanOptions, 'sshConfigFile'>, local: LocalIdentity): SshConfig {
  return new SshConfig({ local, ...(sshConfigFile === undefined ? {} : { configFile: sshConfigFile }) });
}

function toQuestion(target: HostTarget): ConfigQuestion {
  return {
    alias: target.address ?? target.name,
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.port === undefined ? {} : { port: target.port }),
  };
}

class Planner {
  readonly #options: PlanOptions;
  readonly #local: LocalIdentity;
  readonly #hopsOf: HopsOf;
  readonly #keys = new KeyRing();
  readonly #library = new KnownHostsLibrary();
  /** Equal wishes are one object, so that keys are chosen once for all who share them. */
  readonly #wishes = new Map<string, IdentityWishes>();
  readonly #hasTicket: boolean;

  constructor(options: PlanOptions, local: LocalIdentity, hopsOf: HopsOf) {
    this.#options = options;
    this.#local = local;
    this.#hopsOf = hopsOf;
    this.#hasTicket = Boolean(local.environment.KRB5CCNAME) || existsSync(`/tmp/krb5cc_${local.uid}`);
  }

  async loadKeys(targets: readonly HostTarget[], resolved: readonly ResolvedTarget[]): Promise<void> {
    targets.forEach((target, index) => {
      const of = resolved[index];
      if (of === undefined || target.transport === 'openssh') return;
      this.#wishesOf(of, target.identityFiles);
      for (const hop of this.#hopsOf(of)) this.#wishesOf(hop, []);
    });
    await this.#keys.load([...this.#wishes.values()], this.#options.askPassphrase);
  }

  plan(target: HostTarget, resolved: ResolvedTarget): HostPlan {
    const hops = this.#hopsOf(resolved);
    let via: SshRoute | undefined;
    for (const hop of hops) via = this.#route(hop.alias, hop, [], via);
    const route = this.#route(target.name, resolved, target.identityFiles, via);
    return { target, resolved, route, choice: this.#choose(target, resolved, hops) };
  }

  #choose(target: HostTarget, resolved: ResolvedTarget, hops: readonly ResolvedTarget[]): TransportChoice {
    const choice = chooseTransport(target.transport, this.#facts(resolved, target.identityFiles));
    if (target.transport === 'ssh') this.#refuseOtherWay(target, [resolved, ...hops]);
    if (choice.transport === 'openssh' || target.transport === 'ssh') return choice;
    for (const hop of hops) {
      const { transport, why } = chooseTransport('auto', this.#facts(hop, []));
      if (transport === 'openssh') return { transport, why: `jump host ${hop.alias}: ${why}` };
    }
    return choice;
  }

  /** `transport: ssh` never goes around what ssh_config asks for. */
  #refuseOtherWay(target: HostTarget, way: readonly ResolvedTarget[]): void {
    for (const resolved of way) {
      const why = routeNeedsOpenSsh({ resolved, known: this.#known(resolved) });
      if (why === undefined) continue;
      throw new UnbusyError('E_SSH_CONFIG', `${target.name} has \`transport: ssh\`, but ${resolved.alias}: ${why}.`, {
        host: target.name,
        hint: 'Set `transport: auto` or `transport: openssh` for this host.',
      });
    }
  }

  #facts(resolved: ResolvedTarget, identityFiles: readonly string[]) {
    const wishes = this.#wishesOf(resolved, identityFiles);
    return { resolved, wishes, keys: this.#keys, known: this.#known(resolved), hasTicket: this.#hasTicket };
  }

  #route(
    name: string,
    resolved: ResolvedTarget,
    identityFiles: readonly string[],
    via: SshRoute | undefined,
  ): SshRoute {
    const { hostname, port, user, addressFamily, bindAddress } = resolved;
    const behind = via === undefined ? {} : { via: socketName(via.endpoint.host, via.endpoint.port) };
    return {
      endpoint: { host: name, hostname, port, user, ...behind },
      credentials: this.#keys.credentials(this.#wishesOf(resolved, identityFiles)),
      hostKeys: this.#hostKeyRules(name, resolved),
      deadlineMs: this.#options.connectDeadlineMs ?? resolved.connectTimeoutMs ?? DEFAULT_DEADLINE_MS,
      addressFamily,
      ...(bindAddress === undefined ? {} : { bindAddress }),
      ...(via === undefined ? {} : { via }),
    };
  }

  #hostKeyRules(name: string, resolved: ResolvedTarget): HostKeyRules {
    const { strictHostKeyChecking: asked, userKnownHostsFiles, hashKnownHosts } = resolved;
    const lenient = ['no', 'off', 'false', 'accept-new'].includes(asked);
    const addTo = userKnownHostsFiles[0];
    return {
      known: this.#known(resolved),
      owner: resolved,
      policy: this.#options.hostKeys ?? (lenient ? 'accept-new' : 'strict'),
      hashNames: hashKnownHosts,
      ...(addTo === undefined ? {} : { addTo }),
      onAdded: (text, trouble) =>
        this.#options.onNotice?.(
          name,
          trouble === undefined ? text : `${text}; it will be new again next time: ${trouble}`,
        ),
    };
  }

  #known(resolved: ResolvedTarget) {
    return this.#library.open([...resolved.userKnownHostsFiles, ...resolved.globalKnownHostsFiles]);
  }

  /** A key that is named for the host stands in place of those of ssh_config; other keys of the agent may follow it. */
  #wishesOf(resolved: ResolvedTarget, identityFiles: readonly string[]): IdentityWishes {
    const required = identityFiles.map((path) => expandHome(path, this.#local.home));
    const { identityAgent, identitiesOnly } = resolved;
    const wishes: IdentityWishes = {
      required,
      optional: required.length > 0 ? [] : resolved.identityFiles,
      onlyNamed: identitiesOnly,
      ...(identityAgent === undefined ? {} : { agentSocket: identityAgent }),
    };
    const id = JSON.stringify(wishes);
    const existing = this.#wishes.get(id);
    if (existing === undefined) this.#wishes.set(id, wishes);
    return existing ?? wishes;
  }
}
