import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import type { Component, ComponentVersion, DaemonApi, DaemonProcess } from '../../diagnosis/daemon-facts.ts';
import { type AskedVersion, readDaemonVersions } from '../../programs/daemon-versions.ts';

type VersionsSeen =
  | { readonly kind: 'known'; readonly versions: readonly ComponentVersion[]; readonly gaps: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Versions as the APIs told them; what they did not tell is asked of the programs. */
export async function lookAtVersions(
  host: Session,
  processes: readonly DaemonProcess[],
  apis: readonly DaemonApi[],
): Promise<VersionsSeen> {
  const kernel: ComponentVersion = { component: 'kernel', version: host.facts.kernel };
  const told = [kernel, ...apis.flatMap(({ versions }) => versions)];
  const look = await readDaemonVersions(host, untold(processes, told));
  if (look.kind === 'unknown') {
    if (look.error.code === 'E_PROGRAM_LOST') return look;
    const gap = { what: 'versions of the daemons', why: look.error.message };
    return { kind: 'known', versions: told, gaps: [gap] };
  }
  // A runc that is not in PATH, or has another name, is no fault of the host.
  const gaps = look.untold
    .filter((name) => name !== 'runc')
    .map((name) => ({ what: `version of ${name}`, why: 'its program did not tell it' }));
  return { kind: 'known', versions: [...told, ...look.versions], gaps };
}

function untold(processes: readonly DaemonProcess[], told: readonly ComponentVersion[]): readonly AskedVersion[] {
  const known = (component: Component) => told.some((each) => each.component === component);
  const asked: AskedVersion[] = (['dockerd', 'containerd', 'kubelet'] as const)
    .filter((component) => !known(component))
    .flatMap((component) => {
      const process = processes.find(({ role }) => role === component);
      return process === undefined ? [] : [{ component, pid: process.pid }];
    });
  const runs = processes.some(({ role }) => role !== 'kubelet');
  return runs && !known('runc') ? [...asked, { component: 'runc', pid: undefined }] : asked;
}
