import type { Session } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep } from './host-step.ts';
import text from './signal-dockerd.sh';

const PROGRAM = boundedProgram('signal-dockerd', text);

/** A list of a hundred thousand goroutines takes dockerd some seconds to write. */
const WAIT_SECONDS = 20;

/** The dockerd that is to write, as it was seen. */
export interface SignalWitness {
  readonly pid: number;
  readonly startTime: string;
  readonly exe: string;
  readonly directories: readonly string[];
}

/** Sends SIGUSR1 to exactly that process and waits until its list of goroutines is written. */
export function signalDockerd(
  session: Session,
  { pid, startTime, exe, directories }: SignalWitness,
): Promise<HostStep> {
  const args = [String(WAIT_SECONDS), String(pid), startTime, exe, ...directories];
  const call = { program: PROGRAM, args, deadlineMs: 120_000 };
  return runHostStep(session, call, `waiting for the goroutines of dockerd (pid ${pid})`, ({ code, say }) => {
    if (code === EXIT.busy) return { kind: 'denied', why: `${say('found')}, and would not act upon a signal` };
    return { kind: 'done', note: `written to ${say('dump')}` };
  });
}
