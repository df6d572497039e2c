import type { ErrorReport } from '../core/errors.ts';
import { reportError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import type { RunContext } from './host-run.ts';
import { ourError } from './host-sessions.ts';
import { runPool } from './pool.ts';

/** The batch that was done last, and how long to wait after it. */
export interface Soaking {
  readonly hosts: readonly string[];
  readonly soakMs: number;
  readonly endedMs: number;
}

/** Waits until the batch has soaked, or somebody stops the run. */
export async function soak(
  context: RunContext,
  { soakMs, endedMs }: Soaking,
  next: string,
  stop: AbortSignal,
): Promise<void> {
  const { clock, emit } = context;
  const ms = Math.min(soakMs, endedMs + soakMs - clock.now());
  if (ms <= 0) return;
  emit({ kind: 'soak-start', ms, next });
  await clock.sleep(ms, stop).catch(() => undefined);
  emit({ kind: 'soak-end' });
}

/** Which of these hosts cannot be logged in on any more, each told as it is found. */
export async function lostHosts(
  context: RunContext,
  targets: readonly HostTarget[],
  forks: number,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, ErrorReport>> {
  const lost = new Map<string, ErrorReport>();
  const look = async (target: HostTarget) => {
    const opened = await context.connector
      .open(target, stop)
      .catch((thrown: unknown) => ({ ok: false as const, error: ourError(thrown) }));
    if (opened.ok) return opened.session.close().catch(() => undefined);
    if (stop.aborted) return;
    const error = reportError(opened.error);
    lost.set(target.name, error);
    context.emit({ kind: 'host-lost', host: target.name, error });
  };
  await runPool(targets, forks, look, stop);
  return lost;
}
