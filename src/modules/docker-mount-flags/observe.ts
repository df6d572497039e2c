import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { type DockerTopology, readDockerTopology } from '../../programs/docker-topology.ts';
import { readDockerUnitFiles, type UnitFilesLook } from '../../programs/docker-unit-files.ts';
import { probeRmdirRule, type RmdirProbe } from '../../programs/probe-rmdir-rule.ts';
import { type UnitState, unitStates } from '../../programs/systemd-unit-state.ts';
import type { Observed } from '../module.ts';
import { decide } from './decide.ts';
import { bornElsewhere, daemonOf, matrixFacts, readService } from './facts.ts';
import { flagsLivedBy, SANDBOX } from './flags.ts';
import type { MountFlagsParams } from './params.ts';
import type { DockerUnit, MountFlagsState } from './state.ts';
import { judge } from './verdict.ts';

/** Looks at the kernel, the unit and Docker. With `auto`, what keeps the matrix from deciding makes the host unknown. */
export async function observeMountFlags(host: Session, params: MountFlagsParams): Promise<Observed<MountFlagsState>> {
  const seen = await lookAtDocker(host, milliseconds(params.docker_deadline));
  if (seen.kind === 'unknown' || params.want !== 'auto') return seen;
  const { docker, decision, verdict } = seen.state;
  if (!docker || decision.kind === 'decided' || verdict !== undefined) return seen;
  const why = `docker.service: nothing was decided, for it could not be seen ${decision.missing.join(', nor ')}`;
  const [gap] = seen.gaps;
  const error = new UnbusyError('E_UNKNOWN', gap === undefined ? why : `${why} (${gap.why})`, {
    host: host.host,
    hint: 'Make that visible and run again, or say what you want with `want`.',
  });
  return { kind: 'unknown', error };
}

/** The same look without a wish; unknown only if the answers did not come. */
export async function lookAtDocker(host: Session, deadlineMs: number): Promise<Observed<MountFlagsState>> {
  const [probe, units, files, look] = await Promise.all([
    probeRmdirRule(host),
    unitStates(host, ['docker.service'], ['ExecStart', ...SANDBOX]),
    readDockerUnitFiles(host),
    readDockerTopology(host, deadlineMs),
  ]);
  if (probe.kind === 'unknown') return probe;
  if (files.kind === 'unknown') return files;
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const noSystemd = !units.ok && units.error.data?.manager === 'none';
  if (!units.ok && !noSystemd) return { kind: 'unknown', error: units.error };
  const unit = units.ok ? units.units[0] : undefined;
  return { kind: 'known', state: stateOf(probe, unit, files, look.topology), gaps: gapsOf(probe, look.topology) };
}

function stateOf(
  probe: RmdirProbe,
  unit: UnitState | undefined,
  files: UnitFilesLook,
  topology: DockerTopology,
): MountFlagsState {
  const there = unit !== undefined && unit.loadState !== 'not-found';
  const service: DockerUnit | undefined = there && files.kind === 'known' ? readService(unit, files.files) : undefined;
  const dockerd = daemonOf(unit, topology);
  const facts = matrixFacts(service, topology, dockerd, probe.kind === 'known' ? probe.rule : undefined);
  return {
    docker: there || topology.dockerds.length > 0 || topology.binary !== undefined,
    service,
    topology,
    dockerd,
    livedBy: dockerd === undefined ? undefined : flagsLivedBy(dockerd, topology.init.namespace),
    facts,
    decision: decide(facts),
    verdict: judge(unit, service, topology),
    recreate: bornElsewhere(service, topology, dockerd),
  };
}

/** What could not be seen although the rest could. */
function gapsOf(probe: RmdirProbe, topology: DockerTopology): readonly Gap[] {
  const { daemon, containers, dockerds } = topology;
  return [
    ...(probe.kind === 'not-probed' ? [{ what: 'the rule of the kernel for rmdir', why: probe.why }] : []),
    ...(containers === undefined && dockerds.length > 0
      ? [{ what: 'the containers of this host', why: daemon.why || 'the Docker daemon did not list them' }]
      : []),
  ];
}
