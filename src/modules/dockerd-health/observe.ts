import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { systemClock } from '../../core/clock.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import type { DaemonApi, DaemonProcess, FdSample } from '../../diagnosis/daemon-facts.ts';
import { DAEMON_THRESHOLDS } from '../../diagnosis/daemon-thresholds.ts';
import { readDaemonProcesses } from '../../programs/daemon-process.ts';
import type { Observed } from '../module.ts';
import { type ApiPlace, lookAtApi } from './api.ts';
import type { DockerdHealthParams } from './params.ts';
import { readStacks } from './stacks.ts';
import type { DockerdHealthState } from './state.ts';
import { lookAround } from './surroundings.ts';
import { lookAtVersions } from './versions.ts';

/** Reads /proc of the daemons, then asks their APIs; what cannot be read is a gap, an answer that was cut makes all unknown. */
export async function observeDockerdHealth(
  host: Session,
  params: DockerdHealthParams,
): Promise<Observed<DockerdHealthState>> {
  const began = performance.now();
  const look = await readDaemonProcesses(host);
  if (look.kind === 'unknown') return look;
  const { processes, orphanSocket } = look;
  const seen = await lookAtApis(host, processes, orphanSocket, params);
  if (seen.kind === 'unknown') return seen;
  const sampled = await sampleAgain(host, processes, { began, apartMs: milliseconds(params.sample) });
  if (sampled.kind === 'unknown') return sampled;
  const looked = await lookAround(host, params, processes);
  if (looked.kind === 'unknown') return looked;
  const told = await lookAtVersions(host, processes, seen.apis);
  if (told.kind === 'unknown') return told;
  return {
    kind: 'known',
    state: {
      daemons: {
        host: look.host,
        processes,
        apis: seen.apis,
        versions: told.versions,
        samples: sampled.samples,
      },
      thresholds: { ...DAEMON_THRESHOLDS, fdWarning: params.fd_warning / 100, fdCritical: params.fd_critical / 100 },
      around: looked.around,
    },
    gaps: [...look.gaps, ...seen.gaps, ...sampled.gaps, ...looked.gaps, ...told.gaps],
  };
}

/** Each socket once, with the dockerd that said it is its own. */
function placesOf(processes: readonly DaemonProcess[], orphan: string | undefined): readonly ApiPlace[] {
  const places = new Map<string, ApiPlace>();
  for (const { role, pid, socket } of processes) {
    if (role === 'dockerd' && socket !== '' && !places.has(socket)) places.set(socket, { pid, socket });
  }
  if (orphan !== undefined) places.set(orphan, { pid: undefined, socket: orphan });
  return [...places.values()];
}

type Parts<T> = ({ readonly kind: 'known'; readonly gaps: readonly Gap[] } & T) | Unknown;
type Unknown = { readonly kind: 'unknown'; readonly error: UnbusyError };

async function lookAtApis(
  host: Session,
  processes: readonly DaemonProcess[],
  orphan: string | undefined,
  params: DockerdHealthParams,
): Promise<Parts<{ readonly apis: readonly DaemonApi[] }>> {
  const wish = { deadlineMs: milliseconds(params.deadline), goroutines: params.goroutines };
  const apis: DaemonApi[] = [];
  const gaps: Gap[] = processes.flatMap(({ role, pid, socket }) =>
    role === 'dockerd' && socket === ''
      ? [
          {
            what: `API of dockerd (pid ${pid})`,
            why: 'it listens to a network only, and has no UNIX socket to ask it over',
          },
        ]
      : [],
  );
  for (const place of placesOf(processes, orphan)) {
    const seen = await lookAtApi(host, place, wish);
    const what = `API of dockerd at ${place.socket}`;
    if (seen.kind === 'unknown') {
      if (isLost(seen.error)) return seen;
      gaps.push({ what, why: seen.error.message });
      continue;
    }
    const daemon = processes.find(({ pid }) => pid === place.pid);
    const whole = wish.goroutines ? await readStacks(host, seen.api, daemon, params.write_stacks) : seen;
    if (whole.kind === 'unknown') return whole;
    const { ping, goroutines } = whole.api;
    apis.push(whole.api);
    if (ping.kind === 'not-asked') gaps.push({ what, why: ping.why });
    if (ping.kind === 'denied') gaps.push({ what, why: 'this user may not write to the socket' });
    if (goroutines.kind === 'read' && goroutines.dump.cut) {
      gaps.push({ what: `goroutines of dockerd at ${place.socket}`, why: 'the end of the list is missing' });
    }
    if (goroutines.kind === 'not-read') {
      gaps.push({ what: `goroutines of dockerd at ${place.socket}`, why: `${goroutines.why}. ${goroutines.hint}` });
    }
  }
  return { kind: 'known', apis, gaps };
}

async function sampleAgain(
  host: Session,
  processes: readonly DaemonProcess[],
  { began, apartMs }: { readonly began: number; readonly apartMs: number },
): Promise<Parts<{ readonly samples: readonly FdSample[] }>> {
  if (apartMs <= 0 || processes.length === 0) return { kind: 'known', samples: [], gaps: [] };
  await systemClock.sleep(Math.max(0, apartMs - (performance.now() - began)));
  const second = await readDaemonProcesses(host, false);
  const afterSeconds = (performance.now() - began) / 1000;
  if (second.kind === 'unknown') {
    if (isLost(second.error)) return second;
    const gap = { what: 'the second count of file descriptors', why: second.error.message };
    return { kind: 'known', samples: [], gaps: [gap] };
  }
  const samples = second.processes.flatMap(({ pid, startTime, fds }) =>
    fds === undefined ? [] : [{ pid, startTime, open: fds.open, afterSeconds }],
  );
  return { kind: 'known', samples, gaps: [] };
}

/** The answer was cut, so that nothing else of this look may be relied on. */
function isLost(error: UnbusyError): boolean {
  return error.code === 'E_PROGRAM_LOST';
}
