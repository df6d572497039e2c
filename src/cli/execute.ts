import type { Playbook } from '../config/playbook-model.ts';
import type { RunReport } from '../core/results.ts';
import { type RunInput, runPlaybook } from '../engine/run.ts';
import { MODULES } from '../modules/registry.ts';
import type { Listener } from '../report/listener.ts';
import { connectWith } from './connector.ts';
import type { Given } from './given.ts';
import { watchInterrupts } from './interrupts.ts';
import type { Io } from './io.ts';
import type { Inputs } from './load-inputs.ts';

/** What is run, and how. */
export interface Execution {
  readonly inputs: Inputs;
  readonly playbook: Playbook;
  readonly mode: 'run' | 'check';
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
}

/** Runs a playbook under the options, its events going to the listener; signals are heard from here until the report. */
export async function execute(io: Io, given: Given, what: Execution, listener: Listener): Promise<RunReport> {
  const interrupts = watchInterrupts(io, (text) => listener.handle({ kind: 'notice', text }));
  const emit = (event: Parameters<Listener['handle']>[0]) => listener.handle(event);
  for (const { text } of what.inputs.inventory.notices ?? []) emit({ kind: 'notice', text });
  try {
    const input: RunInput = {
      playbook: what.playbook,
      inventory: what.inputs.inventory,
      extraVars: what.inputs.extraVars.vars,
      mode: what.mode,
      tags: what.tags ?? [],
      skipTags: what.skipTags ?? [],
      forks: given.number('forks'),
      deadlines: deadlinesOf(given),
      overrides: overridesOf(given),
      modules: MODULES,
      connect: connectWith(io, given, emit),
      clock: io.clock,
      version: io.version,
      drain: interrupts.drain,
      ...(what.inputs.limit === undefined ? {} : { limit: what.inputs.limit }),
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

function overridesOf(given: Given): RunInput['overrides'] {
  const user = given.text('user');
  const identityFiles = given.list('private-key');
  const transport = given.text('transport') as 'auto' | 'ssh' | 'openssh' | 'local' | undefined;
  return {
    ...(user === undefined ? {} : { user }),
    ...(given.has('become') ? { become: true } : {}),
    ...(identityFiles.length === 0 ? {} : { identityFiles }),
    ...(transport === undefined ? {} : { transport }),
  };
}
