import type { Program, Session } from '../connection/session.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import type { HostStep } from './host-step.ts';
import { runHostStep } from './host-step.ts';
import text from './set-sysctl.sh';

const PROGRAM: Program = { name: 'set-sysctl', text };

/** A kernel parameter, as a path below /proc/sys, with its old and its new value; white space in them is one blank. */
export interface SysctlStep {
  readonly path: string;
  readonly expected: string;
  readonly value: string;
}

/** Sets the parameter now; `done` means that the kernel says the new value when it is read back. */
export function setSysctl(session: Session, { path, expected, value }: SysctlStep): Promise<HostStep> {
  const shown = `/proc/sys/${printable(path)}`;
  const call = { program: PROGRAM, args: [path, expected, value] };
  return runHostStep(session, call, `writing ${shown}`, ({ code, say }) => {
    if (code === EXIT.done) return { kind: 'done' };
    const isReadOnly = say('refused') === 'read-only';
    const why = isReadOnly
      ? `${shown} cannot be written: it is read-only here, or permission is missing`
      : `the kernel does not take ${printable(value)} for ${shown}, and says ${say('found') || 'nothing'}`;
    return { kind: 'denied', why };
  });
}
