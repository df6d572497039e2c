import { type Connector, prepareConnections } from '../connection/connect.ts';
import type { Emit } from '../core/events.ts';
import type { HostTarget } from '../core/target.ts';
import { printable } from '../core/text.ts';
import type { RunInput } from '../engine/run.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { readBecomePassword } from './secrets.ts';

/** How the engine reaches hosts: secrets are asked for here, before the first connection. */
export function connectWith(io: Io, given: Given, emit: Emit): RunInput['connect'] {
  return async (targets) => {
    const connector = await prepareWith(io, given, targets, emit);
    return {
      open: (target, signal) => connector.open(target, signal),
      close: async () => connector.close(),
    };
  };
}

/** Connections as the options want them. */
export async function prepareWith(
  io: Io,
  given: Given,
  targets: readonly HostTarget[],
  emit: Emit,
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
  });
}
