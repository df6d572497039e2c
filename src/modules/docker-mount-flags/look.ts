import { z } from '../../config/schema.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Finding } from '../../core/findings.ts';
import type { Change } from '../../core/results.ts';
import type { LateDaemon } from '../../programs/docker-state.ts';
import { defineModule } from '../module.ts';
import { causesOf, signatureOf } from './findings.ts';
import { lookAtDocker } from './observe.ts';
import type { MountFlagsState } from './state.ts';

/** Each question of a scan to the daemon; as long as the sweep's own look waits, which asks no more if this was not answered. */
const DEADLINE_MS = 10_000;

/** What was seen, or why nothing was. */
export type CausesLook = { readonly state: MountFlagsState } | { readonly error: UnbusyError };

/** What a scan says of causes: the look alone, with neither a wish nor a plan; a host where it is not possible is told, and is no failure. */
export const dockerCausesLook = defineModule<Record<string, never>, CausesLook, Change>({
  name: 'docker_causes',
  summary: 'Looks at what makes mounts of containers leak on a host, and says what the decision matrix advises.',
  params: z.strictObject({}),
  needsRoot: false,
  async observe(host) {
    const seen = host.facts.uid === 0 ? await lookAtDocker(host, DEADLINE_MS) : notRoot(host.host);
    if (seen.kind === 'known') return { kind: 'known', state: { state: seen.state }, gaps: seen.gaps };
    const { error } = seen;
    return { kind: 'known', state: { error }, gaps: [{ what: 'docker.service', why: error.message }] };
  },
  plan: () => [],
  apply: async () => ({ kind: 'done' }),
  verify: () => ({ kind: 'as-wanted' }),
  result: (look) => ('state' in look ? { seen: true, signature: signatureOf(look.state) } : { seen: false }),
  findings: (look) => ('state' in look ? causesOf(look.state) : [unseen(look.error)]),
});

/** The daemon that did not answer this look in time; undefined if it did, or if it is any of several: whose files to read is not known then. */
export function lateDaemonOf(look: CausesLook): LateDaemon | undefined {
  if (!('state' in look)) return undefined;
  const { dockerd, topology } = look.state;
  const { state, why } = topology.daemon;
  const isOneOfSeveral = dockerd === undefined && topology.dockerds.length > 0;
  return state === 'late' && !isOneOfSeveral ? { pid: dockerd?.pid, why } : undefined;
}

function notRoot(host: string) {
  const error = new UnbusyError('E_PREFLIGHT_ROOT', 'the mount namespaces of daemons can be read by root alone', {
    host,
  });
  return { kind: 'unknown', error } as const;
}

function unseen(error: UnbusyError): Finding {
  return {
    id: 'cause:docker.service',
    kind: 'cause',
    title: 'docker.service could not be looked at',
    cause: `docker.service could not be looked at (${error.code})`,
    remedy: 'look at the host by hand',
    data: { decision: 'unknown', row: '', signature: 'not seen', why: error.message },
  };
}
