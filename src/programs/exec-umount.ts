import type { Session } from '../connection/session.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import dockerClient from './docker-client.sh';
import text from './exec-umount.sh';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep } from './host-step.ts';
import namespaceTools from './namespace-tools.sh';
import type { MountWitness } from './release-mount.ts';

const PROGRAM = boundedProgram('exec-umount', `${dockerClient}\n${namespaceTools}\n${text}`);

const STEP_SECONDS = 20;

/**
 * Unmounts exactly that mount with the umount of the container's own image. The last resort: a program of the image decides what
 * it does, and it needs a privileged container. `done` means that the mount's id is gone from the table.
 */
export function execUmount(session: Session, containerId: string, witness: MountWitness): Promise<HostStep> {
  const args = [
    String(STEP_SECONDS),
    containerId,
    witness.task,
    witness.startTime,
    String(witness.namespace),
    String(witness.id),
    String(witness.parent),
    witness.parentShared === undefined ? '-' : String(witness.parentShared),
    witness.device,
    witness.root,
    witness.point,
    witness.fstype,
  ];
  const what = `docker exec umount ${printable(witness.point)}`;
  const call = { program: PROGRAM, args, deadlineMs: (STEP_SECONDS + 25) * 1000 };
  return runHostStep(session, call, what, ({ code, records, say }) => {
    if (code === EXIT.done) return { kind: 'done', note: 'by the umount of the container' };
    if (code === EXIT.busy) {
      const below = records.filter(({ kind }) => kind === 'below').map(({ fields }) => printable(fields[0] ?? ''));
      return { kind: 'busy', by: `mounts on it: ${below.join(', ')}` };
    }
    return { kind: 'denied', why: say('said') || 'the mount is still there' };
  });
}
