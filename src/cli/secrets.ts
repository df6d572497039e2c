import { UnbusyError } from '../core/errors.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';

/** The sudo or doas password: asked for with -K, else from UNBUSY_BECOME_PASSWORD, else none. Never from the command line. */
export async function readBecomePassword(io: Io, given: Given): Promise<string | undefined> {
  if (!given.has('ask-become-pass')) return io.becomePassword;
  if (io.askHidden === undefined) {
    throw new UnbusyError('E_USAGE', '-K cannot ask for the password: stdin and stderr are not both a terminal', {
      hint: 'Set UNBUSY_BECOME_PASSWORD in the environment instead.',
    });
  }
  return io.askHidden('sudo or doas password: ');
}
