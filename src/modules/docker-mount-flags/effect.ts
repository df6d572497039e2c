import type { MountFlags } from './flags.ts';
import { settingsOf } from './matrix.ts';
import type { DockerUnit, MountFlagsState } from './state.ts';

/**
 * Why the running dockerd does not live by what systemd has read: a daemon-reload without a restart leaves it in the
 * mount namespace that it was started in. Undefined if it does, if none runs, or if it cannot be told.
 */
export function notInEffect({ service, dockerd, livedBy, topology }: MountFlagsState): string | undefined {
  const shown = service?.shown;
  if (service === undefined || shown === undefined || dockerd === undefined || livedBy === undefined) return undefined;
  if (expected(service, topology.init.rootTags).includes(livedBy)) return undefined;
  const lives = livedBy === 'unset' ? 'in the mount namespace of the host' : `by MountFlags=${livedBy}`;
  return `dockerd (pid ${dockerd.pid}) still lives ${lives}, and docker.service says ${settingsOf(shown)}; a restart brings it into effect`;
}

/**
 * What may be seen of a dockerd that was started by these settings. MountFlags=shared makes no namespace since systemd 239, and
 * a slave of a host whose / is tied to nobody is private (mount_namespaces(7)).
 */
function expected({ shown, otherSettings }: DockerUnit, hostTags: readonly string[]): readonly MountFlags[] {
  const apart = shown?.privateMounts === true || otherSettings.length > 0;
  switch (shown?.flags) {
    case 'slave':
      return hostTags.length === 0 ? ['slave', 'private'] : ['slave'];
    case 'private':
      return ['private'];
    case 'shared':
      return ['shared', 'unset'];
    default:
      return apart ? ['shared'] : ['unset'];
  }
}
