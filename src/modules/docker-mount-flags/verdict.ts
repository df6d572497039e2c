import type { DockerTopology } from '../../programs/docker-topology.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import { settingsOf } from './matrix.ts';
import type { DockerUnit, Verdict } from './state.ts';
import { differs } from './unit-edits.ts';

/** Why MountFlags= of docker.service cannot be written here; undefined if it can. `unit` is undefined without systemd. */
export function judge(
  unit: UnitState | undefined,
  service: DockerUnit | undefined,
  topology: DockerTopology,
): Verdict | undefined {
  const daemons = judgeDaemons(topology);
  if (daemons !== undefined) return daemons;
  if (unit === undefined) {
    const why = 'systemd does not run this host, and MountFlags= is a setting of systemd';
    return { name: 'no-systemd', why, hint: 'Start dockerd there in the namespace that it needs, by what starts it.' };
  }
  if (unit.loadState === 'not-found') {
    const why = 'there is no docker.service';
    return {
      name: 'no-unit',
      why,
      hint: 'Find out what starts dockerd (`systemctl status PID`), and change it there.',
    };
  }
  if (unit.loadState === 'masked') {
    return { name: 'masked', why: 'docker.service is masked', hint: 'Unmask it with `systemctl unmask docker` first.' };
  }
  return service === undefined ? undefined : judgeFiles(unit, service);
}

function judgeDaemons({ dockerds, binary }: DockerTopology): Verdict | undefined {
  if (dockerds.length > 1) {
    const why = `${dockerds.length} dockerds run here (pids ${dockerds.map(({ pid }) => pid).join(', ')}), and it cannot be told which one is meant`;
    return {
      name: 'several',
      why,
      hint: 'Stop the ones that are not needed, or change the unit of the one that is meant by hand.',
    };
  }
  const [only] = dockerds;
  if (only !== undefined && only.uid !== 0) {
    const why = `dockerd runs without root (uid ${only.uid}): it lives in a user and a mount namespace of its own anyway`;
    return {
      name: 'rootless',
      why,
      hint: 'Leave MountFlags= alone; restart the rootless daemon to let go of its mounts.',
    };
  }
  if (binary?.packaging === 'snap' || only?.unit.startsWith('snap.') === true) {
    const why = 'Docker comes from a snap: snapd writes its unit, and gives it a mount namespace of its own';
    return {
      name: 'snap',
      why,
      hint: 'Install Docker from a package of the distribution or of Docker to change its unit.',
    };
  }
  return undefined;
}

function judgeFiles(unit: UnitState, { files, shown, configured }: DockerUnit): Verdict | undefined {
  const [unread] = files.unread;
  if (unread !== undefined) {
    return { name: 'unreadable', why: `${unread.path}: ${unread.why}`, hint: 'Look at that file on the host.' };
  }
  if (unit.loadState !== 'loaded' || shown === undefined) {
    const text = unit.properties.get('MountFlags') ?? '';
    const why =
      shown === undefined
        ? `systemd says MountFlags=${text}, which has no meaning known here`
        : `systemd cannot load docker.service (${unit.loadState})`;
    return { name: 'unreadable', why, hint: 'Run `systemd-analyze verify docker.service` on the host.' };
  }
  if (!unit.needsReload && differs(shown, configured)) {
    const why = `systemd says ${settingsOf(shown)}, and its files read as ${settingsOf(configured)}`;
    return { name: 'unreadable', why, hint: 'Look at `systemctl cat docker.service`, and change it by hand.' };
  }
  if (!files.writable) {
    const why = '/etc/systemd/system is mounted read-only';
    return { name: 'read-only', why, hint: 'Put the drop-in into the image of this host, or remount /etc writable.' };
  }
  return undefined;
}
