import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { canRunLab } from './can-run.ts';
import { mustRun } from './command.ts';
import { startKeeper } from './keeper.ts';
import { source } from './paths.ts';
import { type Seat, seatOf } from './seat.ts';

/** A lab of another process, with one host. */
async function labElsewhere(): Promise<{ owner: ChildProcess; seat: Seat }> {
  const owner = spawn('node', [source('run.mjs'), 'up', 'crash'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: owner.stdout })) {
    const number = /^up in seat (\d+)/.exec(line)?.[1];
    if (number !== undefined) return { owner, seat: seatOf(Number(number)) };
  }
  throw new Error('the other lab did not come up');
}

/** What is left of a lab on the machine: processes, namespaces, links, folders. */
async function leftovers(seat: Seat): Promise<string> {
  const script = `
    seat=${seat.number}
    . '${source('machine/seat.sh')}'
    . '${source('machine/cgroups.sh')}'
    for h in $(hierarchies); do find "$h/$group" -maxdepth 0 2>/dev/null; done
    group_pids ''
    ip netns list | grep "^$(link_of '')"; ip -o link | grep -E " ($bridge|$(link_of '')[^ ]*): "
    losetup --list | grep "unbusy-lab-$seat[.]"
    ls -d "$lab" 2>/dev/null; :`;
  return (await mustRun('sh', ['-c', script])).trim();
}

describe.skipIf(!canRunLab().ok)('a lab whose owner is killed', () => {
  // A seat that no other lab takes as soon as it is free.
  beforeAll(() => void vi.stubEnv('UNBUSY_LAB_SEATS', '99'));

  test('is ended by its keeper', async () => {
    const { owner, seat } = await labElsewhere();
    expect(await leftovers(seat)).toContain(seat.link('crash'));
    owner.kill('SIGKILL');
    for (let i = 0; i < 300 && existsSync(seat.dir); i++) await sleep(100);
    expect(await leftovers(seat)).toBe('');
  });

  test('is ended by the next lab where the keeper was killed too', async () => {
    const { owner, seat } = await labElsewhere();
    process.kill(Number(readFileSync(join(seat.dir, 'keeper.pid'), 'utf8')), 'SIGKILL');
    owner.kill('SIGKILL');
    await sleep(500);
    expect(await leftovers(seat)).toContain(seat.link('crash'));
    await (await startKeeper()).end();
    expect(await leftovers(seat)).toBe('');
  });
});
