import type { LabHost } from '../host.ts';
import { genuine } from './model.ts';

/** Stops dockerd in its tracks: its socket still accepts, and nobody answers. */
export async function freezeDockerd(host: LabHost): Promise<{ readonly pid: number; undo(): Promise<void> }> {
  const pid = Number(await host.must('systemctl show --property MainPID --value docker.service'));
  await host.must(`kill -STOP ${pid}`);
  const asked = await host.sh('timeout 2 docker version');
  genuine(asked.code === 124, 'dockerd still answers', asked.stdout);
  return {
    pid,
    async undo() {
      await host.must(`kill -CONT ${pid}; timeout 10 docker version >/dev/null`);
    },
  };
}
