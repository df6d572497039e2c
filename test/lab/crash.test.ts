import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { canRunLab } from './can-run.ts';
import { mustRun } from './command.ts';
import { startKeeper } from './keeper.ts';
import { LAB_DIR, source } from './paths.ts';

/** A lab of another process, with one host. */
async function labElsewhere(): Promise<ChildProcess> {
  const owner = spawn('node', [source('run.mjs'), 'up', 'crash'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: owner.stdout })) if (line.startsWith('up')) return owner;
  throw new Error('the other lab did not come up');
}

/** What is left of the lab on the machine: processes, namespaces, links, folders. */
async function leftovers(): Promise<string> {
  const script = `
    . '${source('machine/cgroups.sh')}'
    for h in $(hierarchies); do find "$h/unbusy-lab" -maxdepth 0 2>/dev/null; done
    group_pids ''
    ip netns list | grep unbusy-; ip -o link | grep -E 'ub-|unbusy0'; losetup --list | grep unbusy-lab
    ls -d '${LAB_DIR}' 2>/dev/null; :`;
  return (await mustRun('sh', ['-c', script])).trim();
}

describe.skipIf(!canRunLab().ok)('a lab whose owner is killed', () => {
  test('is ended by its keeper', async () => {
    const owner = await labElsewhere();
    expect(await leftovers()).toContain('unbusy-crash');
    owner.kill('SIGKILL');
    for (let i = 0; i < 300 && existsSync(LAB_DIR); i++) await sleep(100);
    expect(await leftovers()).toBe('');
  });

  test('is ended by the next lab where the keeper was killed too', async () => {
    const owner = await labElsewhere();
    process.kill(Number(readFileSync(join(LAB_DIR, 'keeper.pid'), 'utf8')), 'SIGKILL');
    owner.kill('SIGKILL');
    await sleep(500);
    expect(await leftovers()).toContain('unbusy-crash');
    await (await startKeeper()).end();
    expect(await leftovers()).toBe('');
  });
});
