import { z } from '../../config/schema.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Finding } from '../../core/findings.ts';
import type { Change } from '../../core/results.ts';
import { defineModule } from '../module.ts';
import { causesOf, signatureOf } from './findings.ts';
import { lookAtDocker } from './observe.ts';
import type { MountFlagsState } from './state.ts';

/** Each question of a scan to the daemon; the sweep's own look is the one that waits longer. */
const DEADLINE_MS = 5000;

/** What was seen, or why nothing was. */
type Look = { readonly state: MountFlagsState } | { readonly error: UnbusyError };

/** What a scan says of causes: the look alone, with neither a wish nor a plan; a host where it is not possible is told, and is no failure. */
export const dockerCausesLook = defineModule<Record<string, never>, Look, Change>({
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
