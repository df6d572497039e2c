import { askSshConfigAhead, type Connector, prepareConnections, type SshConfig } from '../connection/connect.ts';
import type { Emit } from '../core/events.ts';
import type { HostTarget } from '../core/target.ts';
import { printable } from '../core/text.ts';
import type { RunInput } from '../engine/run.ts';
import { overrideTarget } from '../engine/selection.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import type { Inputs } from './load-inputs.ts';
import { overridesOf } from './overrides.ts';
import { readBecomePassword } from './secrets.ts';

/** How the engine reaches hosts: secrets are asked for here, before the first connection. */
export function connectWith(io: Io, given: Given, emit: Emit, sshConfig?: SshConfig): RunInput['connect'] {
  return async (targets) => {
    const connector = await prepareWith(io, given, targets, emit, sshConfig);
    return {
      open: (target, signal) => connector.open(target, signal),
      close: async () => connector.close(),
    };
  };
}

/**
 * Has ssh say how all hosts of the inventory are reached, while the playbook is read; nothing is sent to them. Undefined with a
 * limit, for the others would be asked about in vain.
 */
export function askAhead(io: Io, given: Given, { inventory, limit }: Inputs): SshConfig | undefined {
  if (limit !== undefined) return undefined;
  const overrides = overridesOf(given);
  const targets = [...inventory.hosts.values()].map((host) => overrideTarget(host, overrides));
  const sshConfigFile = given.text('ssh-config');
  return askSshConfigAhead(targets, io.env, sshConfigFile);
}

/** Connections as the options want them. */
export async function prepareWith(
  io: Io,
  given: Given,
  targets: readonly HostTarget[],
  emit: Emit,
  sshConfig?: SshConfig,
): Promise<Connector> {
  const becomePassword = await readBecomePassword(io, given);
  const hostKeys = given.text('host-keys') as 'strict' | 'accept-new' | undefined;
  const connectDeadlineMs = given.duration('connect-timeout');
  const sshConfigFile = given.text('ssh-config');
  return prepareConnections(targets, {
    environment: io.env,
    clock: io.clock,
    askPassphrase: async (path) => io.askHidden?.(`passphrase of ${printable(path)}: `),
    onNotice: (host, text) => emit({ kind: 'notice', host, text }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
    ...(hostKeys === undefined ? {} : { hostKeys }),
    ...(connectDeadlineMs === undefined ? {} : { connectDeadlineMs }),
    ...(sshConfigFile === undefined ? {} : { sshConfigFile }),
    ...(sshConfig === undefined ? {} : { sshConfig }),
  });
}
