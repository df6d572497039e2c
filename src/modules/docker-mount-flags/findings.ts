import type { Finding } from '../../core/findings.ts';
import type { RmdirRule } from '../../programs/probe-rmdir-rule.ts';
import { notInEffect } from './effect.ts';
import { settingsOf } from './matrix.ts';
import type { MountFlagsState } from './state.ts';

/** What hosts must have in common to stand for each other: all that the matrix and the module decide by. */
export function signatureOf({ docker, facts, service, topology, verdict }: MountFlagsState): string {
  if (!docker) return 'no Docker';
  const { kernel, version, containerd, liveRestore } = facts;
  return [
    kernel === undefined ? 'kernel not probed' : `kernel ${kernel.class} (${kernelWords(kernel)})`,
    `Docker ${version || 'of unknown version'}`,
    topology.driver || 'driver unknown',
    containerd === 'unknown' ? 'containerd unknown' : `containerd ${WORDS[containerd]}`,
    `live-restore ${liveRestore === undefined ? 'unknown' : liveRestore ? 'on' : 'off'}`,
    settingsOf(service?.shown ?? facts),
    `/ ${propagationOf(topology.init.rootTags)}`,
    ...(verdict === undefined ? [] : [verdict.name]),
  ].join(', ');
}

/** What the probe saw of the kernel's rule: rmdir(2) of a directory that is a mount point in another namespace. */
function kernelWords({ busy, knob }: RmdirRule): string {
  const rule = busy ? 'a leak stops rmdir' : 'a leak does not stop rmdir';
  return knob === undefined ? rule : `${rule}, may_detach_mounts=${knob}`;
}

const WORDS = { 'own-service': 'as a service', child: 'as a child', none: 'not there' } as const;

/** Of the mount that is `/` for process 1, by its optional fields (mount_namespaces(7)). */
function propagationOf(tags: readonly string[]): string {
  const words = [
    ...(tags.some((tag) => tag.startsWith('shared:')) ? ['shared'] : []),
    ...(tags.some((tag) => tag.startsWith('master:')) ? ['slave'] : []),
    ...(tags.includes('unbindable') ? ['unbindable'] : []),
  ];
  return words.length === 0 ? 'private' : words.join(' and ');
}

/** The row of the matrix with its advice, and the containers that have to be recreated. Empty where there is no Docker. */
export function causesOf(state: MountFlagsState): readonly Finding[] {
  if (!state.docker) return [];
  return [causeOf(state), ...state.recreate.map((name) => bornElsewhereFinding(state, name))];
}

function causeOf(state: MountFlagsState): Finding {
  const { decision, facts, service, verdict } = state;
  const pending = notInEffect(state);
  const shared = {
    signature: signatureOf(state),
    mount_flags: facts.flags,
    containerd: facts.containerd,
    drop_ins: service?.ordered.slice(1).map(({ path }) => path) ?? [],
    ...(verdict === undefined ? {} : { cannot: verdict.why }),
    ...(pending === undefined ? {} : { not_in_effect: pending }),
  };
  const base = { id: 'cause:docker.service', kind: 'cause', path: 'docker.service' } as const;
  if (decision.kind === 'undecided') {
    const cause = `it could not be seen ${decision.missing.join(', nor ') || 'what kind of host this is'}`;
    return {
      ...base,
      ...{
        title: `docker.service: not decided (row ${decision.row})`,
        cause,
        remedy: 'Make that visible, and scan again.',
      },
      data: { ...shared, row: decision.row, decision: 'unknown', missing: [...decision.missing] },
    };
  }
  const { row, wants, why, advice, risk, source } = decision;
  const title = `docker.service has ${settingsOf(facts)} (row ${row})`;
  const remedy = pending === undefined ? advice : wants === 'keep' ? `restart dockerd; ${advice}` : advice;
  const cause = pending === undefined || wants !== 'keep' ? why : `${why}; dockerd does not live by it yet`;
  return { ...base, title, cause, remedy, data: { ...shared, row, decision: wants, risk, source } };
}

function bornElsewhereFinding(state: MountFlagsState, name: string): Finding {
  const container = state.topology.containers?.find((each) => each.name === name);
  return {
    id: `elsewhere:${container?.id ?? name}`,
    kind: 'latent',
    title: `${name} was started in another mount namespace than the one that dockerd is in, or will be after its restart`,
    cause: 'its root is mounted in an old mount namespace of dockerd, so that exec, cp and rm of it fail',
    remedy: 'recreate the container',
    ...(container === undefined ? {} : { containerId: container.id }),
    containerName: name,
  };
}
