import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep, type StepAnswer } from './host-step.ts';
import { withReadOnly } from './read-only.ts';
import text from './remove-mount-point.sh';

/** An empty directory on the host that mounts of other namespaces sit on. */
export interface DirectoryWitness {
  readonly path: string;
  /** st_dev:st_ino in decimal. */
  readonly identity: string;
  /** Inode of the mount namespace that we act in. */
  readonly namespace: number;
}

/** Removes one empty directory; a compiled hook runs it too. */
export const REMOVE_MOUNT_POINT: Program = boundedProgram('remove-mount-point', withReadOnly(text));

const STEP_SECONDS = 10;

const REASONS: Readonly<Record<string, string>> = {
  mounted: 'a file system is mounted on it here',
  'not-empty': 'the directory is not empty',
  busy:
    'the kernel does not let it go: something is mounted on it here under another name, or, before Linux 3.18, in any ' +
    'namespace; it was left as it was',
  'read-only': 'its file system is read-only',
  denied: 'it, or its directory, is immutable (chattr +i or +a)',
};

/** Removes the directory with plain rmdir(2), or does nothing. Since Linux 3.18 that detaches what sits on it in every namespace. */
export function removeMountPoint(session: Session, witness: DirectoryWitness): Promise<HostStep> {
  const args = [witness.path, witness.identity, String(witness.namespace), String(STEP_SECONDS)];
  const what = `the removal of the directory ${printable(witness.path)}`;
  const call = { program: REMOVE_MOUNT_POINT, args, deadlineMs: (5 * STEP_SECONDS + 10) * 1000 };
  return runHostStep(session, call, what, (answer) => readAnswer(session.host, what, answer));
}

function readAnswer(host: string, what: string, { code, say }: StepAnswer): HostStep {
  const reason = REASONS[say('refused')] ?? say('said');
  if (code === EXIT.done) return { kind: 'done' };
  if (code === EXIT.busy) return { kind: 'busy', by: reason };
  if (code === EXIT.denied) return { kind: 'denied', why: reason };
  return { kind: 'failed', error: new UnbusyError('E_VERIFY', `${what} did not work: ${reason}`, { host }) };
}
