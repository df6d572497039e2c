import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scanCommand } from '../../src/cli/commands/scan.ts';
import { Given, type RawValue } from '../../src/cli/given.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import { fileReader } from '../../src/config/text-reader.ts';
import { prepareConnections } from '../../src/connection/connect.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { RunReport } from '../../src/core/results.ts';
import type { DemoFleet } from '../../src/demo/fleet.ts';
import { runPlaybook } from '../../src/engine/run.ts';
import { MODULES } from '../../src/modules/registry.ts';
import { fakeIo } from './cli-io.ts';

const HOUR_MS = 3_600_000;

/** Runs the shipped sweep over a demo fleet, through SSH, as `unbusy run` does. `playbook` is its path. */
export async function sweepFleet(fleet: DemoFleet, playbook: string, mode: 'run' | 'check'): Promise<RunReport> {
  const input = {
    playbook: loadPlaybook(playbook, readFileSync(playbook, 'utf8'), MODULES),
    inventory: loadInventory(fleet.inventoryFile, fileReader),
    extraVars: {},
    mode,
    forks: 10,
    deadlines: { hostMs: HOUR_MS, runMs: HOUR_MS, taskMs: HOUR_MS },
    overrides: {},
    modules: MODULES,
    clock: systemClock,
    version: 'test',
    tags: [],
    skipTags: [],
    connect: async (targets: Parameters<typeof prepareConnections>[0]) => {
      const connector = await prepareConnections(targets, {
        environment: process.env,
        clock: systemClock,
        askPassphrase: async () => undefined,
        sshConfigFile: fleet.sshConfigFile,
      });
      return {
        open: (...args: Parameters<typeof connector.open>) => connector.open(...args),
        close: async () => connector.close(),
      };
    },
  };
  return runPlaybook(input, () => {}, new AbortController().signal);
}

/** `unbusy scan` over a demo fleet: its exit code, and what it wrote. */
export async function scanFleet(fleet: DemoFleet): Promise<{ readonly exitCode: number; readonly text: string }> {
  const io = fakeIo({ env: { ...process.env, LANG: 'C.UTF-8', UNBUSY_INVENTORY: undefined, UNBUSY_USER: undefined } });
  const typed = new Map<string, RawValue>([
    ['inventory', [fleet.inventoryFile]],
    ['ssh-config', fleet.sshConfigFile],
    ['host-keys', 'strict'],
  ]);
  const exitCode = await scanCommand.run(io, [], new Given(scanCommand.options, typed, io.env));
  return { exitCode, text: io.written.out + io.written.err };
}

/** The shipped playbook. */
export const SWEEP = join(import.meta.dirname, '../../playbooks/sweep-dead.yml');
