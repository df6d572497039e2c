import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../src/connection/records.ts';
import type { Outcome, Session } from '../../../src/connection/session.ts';
import type { StuckFacts } from '../../../src/diagnosis/stuck-facts.ts';
import { stuckFindings } from '../../../src/diagnosis/stuck-verdicts.ts';
import { findStuckTasks } from '../../../src/programs/find-stuck-tasks.ts';
import { silentSession } from '../../support/shelf.ts';

/** Of a host with cgroup v1 and Docker 20.10: a paused container, and one that writes to a frozen file system and was stopped. */
const CAPTURED = readFileSync(join(import.meta.dirname, '../../fixtures/diagnosis/frozen-container.txt'));

function hostThatSays(text: string | Buffer): Session {
  const { records } = parseRecords(Buffer.from(text));
  const outcome: Outcome = { kind: 'exited', code: 0, records, stdout: '', stderr: '' };
  return { ...silentSession('h1'), call: async () => outcome };
}

async function read(text: string | Buffer): Promise<StuckFacts> {
  const found = await findStuckTasks(hostThatSays(text));
  if (found.kind !== 'known') throw found.error;
  return found;
}

const CONTEXT = { names: new Map<string, string>(), logOf: () => [] };

describe('the stuck tasks of a host', () => {
  it('are read with all that is known of them', async () => {
    const facts = await read(CAPTURED);
    expect(facts).toMatchObject({ sampleMs: 3000, machine: 'x86_64', more: 0, partial: false });
    expect(facts.tasks.map(({ command, paused, killed, runtime }) => ({ command, paused, killed, runtime }))).toEqual([
      { command: 'sleep', paused: 'yes', killed: false, runtime: 'docker' },
      { command: 'sh', paused: 'no', killed: true, runtime: 'docker' },
    ]);
    const [, writer] = facts.tasks;
    expect(writer).toMatchObject({ call: { number: 1, fd: 1 }, mountId: 1833, blockedMs: 19656, startTime: '2736036' });
    expect(writer?.stack.slice(0, 2)).toEqual(['percpu_rwsem_wait', 'vfs_write']);
    expect(writer?.containerId).toMatch(/^08e373992a60/);
    expect(facts.devices[1]).toMatchObject({ device: '7:2', name: 'loop2', suspended: false });
  });

  it('are told as one that is paused, and one that waits for a file system which the host mounts elsewhere', async () => {
    const [paused, stuck] = stuckFindings(await read(CAPTURED), CONTEXT).toSorted(
      (a, b) => (a.severity === 'info' ? -1 : 1) - (b.severity === 'info' ? -1 : 1),
    );
    expect(paused).toMatchObject({ severity: 'info', remedy: expect.stringContaining('docker unpause') });
    expect(paused).not.toHaveProperty('avoid');
    expect(stuck).toMatchObject({ severity: 'critical', data: { proved: true, waitsFor: 'frozen' } });
    expect(stuck?.title).toBe(
      'container 08e373992a60 cannot be stopped: its process 298 (sh) waits in percpu_rwsem_wait for the frozen file system /srv/frozen (ext4 on /dev/loop2)',
    );
    expect(stuck?.evidence).toContain('kernel stack: percpu_rwsem_wait < vfs_write < ksys_write');
    expect(stuck?.evidence?.join('\n')).toContain('/data in its mount namespace');
  });

  it('keep the time between the samples where the kernel tells no more', async () => {
    const facts = await read(CAPTURED.toString().replace('\t19656\t', '\t-\t'));
    expect(facts.tasks[1]?.blockedMs).toBe(3000);
    const [stuck] = stuckFindings(facts, CONTEXT).filter(({ severity }) => severity === 'critical');
    expect(stuck?.evidence?.[0]).toContain('since when is not known');
  });

  it('are none, or unknown, and never the one for the other', async () => {
    expect((await read('end\t0\n')).tasks).toEqual([]);
    expect((await read('partial\nend\t1\n')).partial).toBe(true);
    const broken = await findStuckTasks(
      hostThatSays(CAPTURED.toString().replace(/^task\t298.*$/m, 'task\t298\t298\tsh')),
    );
    expect(broken).toMatchObject({ kind: 'unknown', error: { code: 'E_PROTOCOL' } });
    const lost: Session = { ...silentSession('h1'), call: async () => ({ kind: 'lost', reason: 'cut' }) };
    expect(await findStuckTasks(lost)).toMatchObject({ kind: 'unknown', error: { code: 'E_PROGRAM_LOST' } });
  });
});
