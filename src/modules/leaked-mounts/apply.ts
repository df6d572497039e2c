import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import { detachDirectory, unmountNamed } from '../../programs/release-step.ts';
import type { Applied } from '../module.ts';
import type { LeakChange } from './state.ts';

/** Does one step. The host compares its witness right before. */
export async function applyLeak(host: Session, { step, title }: LeakChange): Promise<Applied> {
  switch (step.kind) {
    case 'remove-directory':
      return detachDirectory(host, step.directory, step.covers);
    case 'unmount':
      return step.mount.file === ''
        ? {
            kind: 'failed',
            error: new UnbusyError('E_VERIFY', `${title}: there is no way into its namespace`, { host: host.host }),
          }
        : unmountNamed(host, step.mount, step.mode);
  }
}
