import type { SshConfig } from '../connection/connect.ts';
import type { Emit } from '../core/events.ts';
import type { RunReport } from '../core/results.ts';
import { type RunInput, runPlaybook } from '../engine/run.ts';
import { MODULES } from '../modules/registry.ts';
import type { Listener } from '../report/listener.ts';
import { connectWith } from './connector.ts';
import type { Given } from './given.ts';
import { watchInterrupts } from './interrupts.ts';
import type { Io } from './io.ts';
import { noticesOf } from './load-inputs.ts';
import { overridesOf } from './overrides.ts';
import type { Selection } from './selection.ts';

/** What a run may have besides its options. */
export interface ExecuteExtras
  extends Partial<Pick<RunInput, 'consent' | 'run' | 'resumption' | 'modules' | 'connect'>> {
  /** ssh_config, where it was asked ahead. */
  readonly sshConfig?: SshConfig;
}

/** Runs what was chosen under the options, its events going to the listener; signals are heard until the report is there. */
export async function execute(
  io: Io,
  given: Given,
  selection: Selection,
  mode: 'run' | 'check',
  listener: Listener,
  { sshConfig, ...more }: ExecuteExtras = {},
): Promise<RunReport> {
  const interrupts = watchInterrupts(io, (text) => listener.handle({ kind: 'notice', text }));
  const emit: Emit = (event) => listener.handle(event);
  const { inventory, playbook, extraVars, tags, skipTags, limit } = selection;
  for (const text of noticesOf(inventory)) emit({ kind: 'notice', text });
  try {
    const input: RunInput = {
      ...{ playbook, inventory, tags, skipTags, mode },
      extraVars: extraVars.vars,
      forks: given.number('forks'),
      deadlines: deadlinesOf(given),
      overrides: overridesOf(given),
      modules: MODULES,
      connect: connectWith(io, given, emit, sshConfig),
      clock: io.clock,
      version: io.version,
      drain: interrupts.drain,
      ...more,
      ...(limit === undefined ? {} : { limit }),
    };
    return await runPlaybook(input, emit, interrupts.cancel);
  } finally {
    await listener.close();
    interrupts.dispose();
  }
}

/** Every run has all three deadlines: the options have defaults. */
function deadlinesOf(given: Given): RunInput['deadlines'] {
  const ms = (name: string) => given.duration(name) ?? 0;
  return { runMs: ms('timeout'), hostMs: ms('host-timeout'), taskMs: ms('task-timeout') };
}
