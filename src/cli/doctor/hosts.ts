import type { Connector } from '../../connection/connect.ts';
import type { Session } from '../../connection/session.ts';
import { reportError } from '../../core/errors.ts';
import type { HostTarget } from '../../core/target.ts';
import { runPool } from '../../engine/pool.ts';
import type { DoctorHost } from '../../report/doctor-view.ts';
import type { Io } from '../io.ts';

/** Connects to each host as a run would, reads what the first answer tells, and leaves; sends nothing else. */
export async function lookAtHosts(
  io: Io,
  connector: Connector,
  targets: readonly HostTarget[],
  forks: number,
  stop: AbortSignal,
): Promise<readonly DoctorHost[]> {
  const looked = new Map<string, DoctorHost>();
  await runPool(
    targets,
    forks,
    async (target) => void looked.set(target.name, await lookAt(io, connector, target, stop)),
    stop,
  );
  return targets.flatMap((target) => looked.get(target.name) ?? []);
}

async function lookAt(io: Io, connector: Connector, target: HostTarget, stop: AbortSignal): Promise<DoctorHost> {
  const way = wayOf(connector, target);
  const before = io.clock.now();
  let session: Session | undefined;
  try {
    const opened = await connector.open(target, stop);
    if (!opened.ok) return { ...way, error: reportError(opened.error) };
    session = opened.session;
    const { kernel, uid } = session.facts;
    return { ...way, reached: { tookMs: io.clock.now() - before, kernel, uid } };
  } catch (thrown) {
    return { ...way, error: reportError(thrown) };
  } finally {
    await session?.close().catch(() => undefined);
  }
}

/** What ssh_config, inventory and command line come to. */
function wayOf(connector: Connector, target: HostTarget): DoctorHost {
  const { host, transport, why, address, user, jumps, keys, keysNotOffered, hostKeys, inKnownHosts } =
    connector.explain(target);
  return {
    ...{ host, transport, why, jumps, keys, keysNotOffered },
    ...(address === undefined ? {} : { target: `${user ?? ''}@${address}` }),
    ...(target.become === undefined
      ? {}
      : { become: target.become.method === 'auto' ? 'sudo or doas' : target.become.method }),
    ...(hostKeys === undefined ? {} : { hostKeys }),
    ...(inKnownHosts === undefined ? {} : { inKnownHosts }),
  };
}
