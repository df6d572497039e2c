import type { LabHost } from '../host.ts';
import { listContainers, removeContainers, startContainer } from './containers.ts';
import { type Container, type DeadContainer, genuine } from './model.ts';
import { hostTable, mountsOf } from './mounts.ts';

/** A file that even root may not unlink stops `docker rm` with EPERM: Dead, and no mount of it anywhere. */
export async function plantImmutableFile(
  host: LabHost,
): Promise<{ readonly dead: DeadContainer; readonly file: string }> {
  await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  const file = app.merged.replace(/merged$/, 'diff/keep');
  await host.must(`docker exec app touch /keep; chattr +i ${file}`);
  const removal = (await removeContainers(host, [app.id])).get(app.id) ?? { code: -1, error: 'no answer' };
  const status = (await listContainers(host)).get(app.id);
  genuine(removal.code !== 0 && removal.error.includes('operation not permitted'), 'docker rm went on', removal.error);
  genuine(status !== undefined, 'docker does not list it any more');
  return { dead: { ...app, removal, status }, file };
}

/**
 * A shell's working directory is inside a container's root, in the host's own namespace: Docker detaches the mount
 * and removes the container, no table lists it any more, and its file system lives on until the process goes.
 */
export async function plantOpenDirectory(
  host: LabHost,
): Promise<{ readonly removed: Container; readonly pid: number }> {
  await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  await host.must(`systemd-run --quiet --unit lost-shell --property WorkingDirectory=${app.merged} sleep infinity`);
  const pid = Number(await host.must('systemctl show --property MainPID --value lost-shell.service'));
  const removal = (await removeContainers(host, [app.id])).get(app.id);
  genuine(removal?.code === 0, 'docker rm failed', removal?.error);
  genuine(mountsOf(await hostTable(host), [app]).length === 0, 'the host still has the mount');
  genuine((await host.must(`ls /proc/${pid}/cwd/bin`)).includes('busybox'), 'the file system is gone');
  return { removed: app, pid };
}
