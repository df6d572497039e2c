import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { execUmount } from '../../programs/exec-umount.ts';
import { releaseMount } from '../../programs/release-mount.ts';
import { type Applied, defineModule } from '../module.ts';
import { findingsOf } from './findings.ts';
import { hookOf } from './hook.ts';
import { observeMonitors } from './observe.ts';
import { type MonitorReleaseParams, monitorReleaseParams } from './params.ts';
import { planRelease, refuseRelease } from './plan.ts';
import type { MonitorChange, MonitorState } from './state.ts';
import { verifyRelease } from './verify.ts';

/** Unmounts file systems of other containers in the namespaces of monitors. */
export const monitorReleaseModule = defineModule<MonitorReleaseParams, MonitorState, MonitorChange>({
  name: 'monitor_release',
  summary:
    'Unmounts, in the mount namespaces of cadvisor and node-exporter, the file systems of other containers; neither restarts nor stops anything.',
  params: monitorReleaseParams,
  needsRoot: true,
  observe: observeMonitors,
  plan: planRelease,
  refusals: refuseRelease,
  apply,
  verify: verifyRelease,
  result,
  findings: findingsOf,
  hook: hookOf,
});

/** From the host, by namespace, with tools of the host; only where it has none, with the umount of the monitor's own image. */
function apply(host: Session, { mode, mount, monitorId }: MonitorChange): Promise<Applied> {
  return mode === 'exec' ? execUmount(host, monitorId, mount) : releaseMount(host, mount, { mode });
}

function result({ docker, monitors, held, latent }: MonitorState): JsonObject {
  return {
    docker: docker !== undefined,
    version: docker?.version ?? '',
    data_root: docker?.dataRoot ?? '',
    monitors: monitors.map(({ name }) => name),
    held: held.length,
    live_copies: latent.length + held.filter(({ owner }) => owner === 'live').length,
  };
}
