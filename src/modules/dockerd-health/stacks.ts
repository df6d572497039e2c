import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { Change } from '../../core/results.ts';
import type { DaemonApi, DaemonProcess } from '../../diagnosis/daemon-facts.ts';
import { haltedCause } from '../../diagnosis/daemon-state-verdicts.ts';
import { dumpDirectories, readDumpFile } from '../../programs/goroutine-file.ts';
import { type SignalWitness, signalDockerd } from '../../programs/signal-dockerd.ts';
import type { Applied, Verdict } from '../module.ts';
import type { DockerdHealthParams } from './params.ts';
import type { DockerdHealthState } from './state.ts';

/** Has one dockerd write its goroutines down. */
export interface StacksChange extends Change {
  readonly signal: SignalWitness;
}

type WithStacks =
  | { readonly kind: 'known'; readonly api: DaemonApi }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/**
 * The goroutines that an API did not give, from the file that its daemon wrote a moment ago; the API as it was if there is none.
 * The data root is looked at only if somebody wants a file written: its disk may be what the daemon waits for.
 */
export async function readStacks(
  host: Session,
  api: DaemonApi,
  daemon: DaemonProcess | undefined,
  isWritten: boolean,
): Promise<WithStacks> {
  if (api.goroutines.kind === 'read' || daemon === undefined) return { kind: 'known', api };
  const directories = dumpDirectories(daemon);
  const file = await readDumpFile(host, daemon, isWritten ? directories : directories.slice(0, 1));
  if (file.kind === 'unknown') return file.error.code === 'E_PROGRAM_LOST' ? file : { kind: 'known', api };
  if (file.kind === 'none') return { kind: 'known', api };
  const from = { path: file.path, ageSeconds: file.ageSeconds };
  return { kind: 'known', api: { ...api, goroutines: { kind: 'read', dump: file.dump, from } } };
}

/** One signal for each dockerd whose goroutines nobody could read otherwise; none for one that would not act upon it. */
export function planStacks({ daemons }: DockerdHealthState, params: DockerdHealthParams): readonly StacksChange[] {
  if (!params.write_stacks || !params.goroutines) return [];
  return daemons.apis.flatMap(({ pid, goroutines }) => {
    const daemon = daemons.processes.find((each) => each.pid === pid);
    if (daemon === undefined || goroutines.kind === 'read' || haltedCause(daemon) !== undefined) return [];
    const { startTime, exe } = daemon;
    const signal = { pid: daemon.pid, startTime, exe, directories: dumpDirectories(daemon) };
    return [
      {
        id: `stacks:${daemon.pid}`,
        title: `have dockerd (pid ${daemon.pid}) write down its goroutines (SIGUSR1)`,
        why: 'its API does not tell them',
        risk: 'file',
        certainty: 'certain',
        witness: { pid: daemon.pid, start_time: startTime, exe },
        signal,
      },
    ];
  });
}

/** Signals the process, if it still is that process. */
export function applyStacks(host: Session, { signal }: StacksChange): Promise<Applied> {
  return signalDockerd(host, signal);
}

/** As wanted once they were read from the file. */
export function verifyStacks({ daemons }: DockerdHealthState, { signal }: StacksChange): Verdict {
  const api = daemons.apis.find(({ pid }) => pid === signal.pid);
  if (api === undefined) return { kind: 'unknown', why: `there is no dockerd with pid ${signal.pid} any more` };
  return api.goroutines.kind === 'read'
    ? { kind: 'as-wanted' }
    : { kind: 'not-yet', why: 'no file with its goroutines is there' };
}
