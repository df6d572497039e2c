import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { type CopyPlaces, seenTwice, serviceCopies } from '../../mounts/service-copies.ts';
import type { DockerAnswer } from '../../programs/docker-records.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { listServices, type RunningService } from '../../programs/list-services.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Observed } from '../module.ts';
import { describeHolders } from './holders.ts';
import type { HolderPropagationParams } from './params.ts';
import type { HolderState } from './state.ts';

/** Reads the tables of services; asks about units and all containers only if one of them holds something. */
export async function observeHolders(host: Session, params: HolderPropagationParams): Promise<Observed<HolderState>> {
  const deadlineMs = milliseconds(params.docker_deadline);
  const [docker, scan, listed] = await Promise.all([
    readDockerState(host, { deadlineMs, want: 'engine', asked: [] }),
    scanMounts(host, { services: true }),
    listServices(host),
  ]);
  if (docker.kind === 'unknown') return docker;
  if (scan.kind === 'unknown') return scan;
  if (listed.kind === 'unknown') return listed;
  const dataRoot = docker.kind === 'none' ? '' : docker.look.state.dataRoot;
  if (docker.kind === 'known' && dataRoot === '') return { kind: 'unknown', error: rootless(host, docker) };
  const places = { dataRoot, directories: params.directories };
  const services = listed.kind === 'none' ? [] : listed.services;
  const base = { dataRoot, view: scan.view, systemd: listed.kind === 'known', services };
  const gaps = [...silence(docker), ...unreadable(scan.view)];
  if (serviceCopies(scan.view, places, containersOf(docker)).length === 0) {
    return { kind: 'known', state: { ...base, holders: [] }, gaps };
  }
  return lookCloser(host, params, docker, { places, base, gaps });
}

interface FirstLook {
  readonly places: CopyPlaces;
  readonly base: Omit<HolderState, 'holders'> & { readonly services: readonly RunningService[] };
  readonly gaps: readonly Gap[];
}

/** Whose the copies are, and what systemd knows of the services. */
async function lookCloser(
  host: Session,
  params: HolderPropagationParams,
  docker: DockerAnswer,
  { places, base, gaps }: FirstLook,
): Promise<Observed<HolderState>> {
  const answered = docker.kind === 'known' && docker.look.daemon === 'answered';
  const question = { deadlineMs: milliseconds(params.docker_deadline), want: 'all', asked: [] } as const;
  const [all, again] = await Promise.all([
    answered ? readDockerState(host, question) : docker,
    scanMounts(host, { services: true }),
  ]);
  if (all.kind === 'unknown') return all;
  if (again.kind === 'unknown') return again;
  const containers = containersOf(all);
  const first = serviceCopies(base.view, places, containers);
  const second = serviceCopies(again.view, places, containers);
  const found = seenTwice(first, second);
  const described = await describeHolders(host, { found, view: again.view, params });
  if (described.kind === 'unknown') return described;
  const unread = all.kind === 'known' ? all.look.gaps : [];
  const state = { ...base, view: again.view, holders: described.holders };
  return { kind: 'known', state, gaps: [...gaps, ...unread, ...described.gaps] };
}

function containersOf(docker: DockerAnswer): readonly ContainerState[] {
  return docker.kind === 'known' ? docker.look.state.containers : [];
}

function silence(docker: DockerAnswer): readonly Gap[] {
  const silent = docker.kind === 'known' ? docker.look.state.silent : undefined;
  return silent === undefined
    ? []
    : [{ what: 'the Docker daemon', why: `${silent}; its state was read from disk instead` }];
}

function unreadable({ unreadable: each }: MountView): readonly Gap[] {
  return each.map(({ pid, why }) => ({ what: pid > 0 ? `process ${pid}` : 'a process', why }));
}

function rootless(host: Session, docker: DockerAnswer): UnbusyError {
  const why = docker.kind === 'known' ? (docker.look.state.silent ?? 'it does not say') : '';
  return new UnbusyError('E_DAEMON_SILENT', `where Docker keeps its data is not known: ${printable(why)}`, {
    host: host.host,
    hint: 'Make the daemon answer again, then run this once more.',
  });
}
