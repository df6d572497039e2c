import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../../src/core/standing.ts';
import { readMemory, type Schedule, scheduleFiles, writeMemory } from '../../../src/journal/schedule-memory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SCHEDULE: Schedule = { playbook: '/srv/sweep dead.yml', inventory: ['/srv/hosts.yml'], rest: ['run', ''] };
const STANDING: Standing = { host: 'a', id: 'x', about: 'thing', trouble: true, what: 'w', group: 'g', hint: 'h' };
const files = (change: Partial<Schedule> = {}) => scheduleFiles(folder, { ...SCHEDULE, ...change });

describe('the files of a schedule', () => {
  it('are its owner’s alone, and named after the playbook', () => {
    expect(files().lock).toMatch(/\/schedules\/sweep_dead-[0-9a-f]{12}\.lock$/);
    expect(statSync(dirname(files().lock)).mode & 0o777).toBe(0o700);
  });

  it('are one lock for one playbook and inventory, and one memory for what is looked at', () => {
    const limited = files({ rest: ['run', 'a'] });
    expect([limited.lock === files().lock, limited.memory === files().memory]).toEqual([true, false]);
    expect(files({ inventory: ['/srv/other.yml'] }).lock).not.toBe(files().lock);
    expect(files({ playbook: '/other/sweep dead.yml' }).lock).not.toBe(files().lock);
  });
});

describe('what the last run left', () => {
  it('comes back as it was kept, and nothing stays beside it', () => {
    const { memory } = files();
    expect(readMemory(memory)).toEqual({ kind: 'none' });
    writeMemory(memory, 0, [STANDING]);
    expect(readMemory(memory)).toEqual({ kind: 'known', savedAt: '1970-01-01T00:00:00.000Z', standings: [STANDING] });
    expect(statSync(memory).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(memory))).toHaveLength(1);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -20), 'no JSON'],
    ['empty', () => '', 'no JSON'],
    ['of a later version', (text: string) => text.replace('schedule/1', 'schedule/2'), 'no unbusy/schedule/1'],
    ['without a field', (text: string) => text.replace('"group"', '"troupe"'), 'field is missing'],
    ['of another kind', () => '[1]', 'no unbusy/schedule/1'],
    ['null', () => 'null', 'no JSON'],
  ])('is not known where the file is %s, and never taken for nothing', (_, spoil, why) => {
    const { memory } = files();
    writeMemory(memory, 0, [STANDING]);
    writeFileSync(memory, spoil(readFileSync(memory, 'utf8')));
    expect(readMemory(memory)).toEqual({ kind: 'damaged', why: expect.stringContaining(why) });
    expect(existsSync(memory)).toBe(true);
  });

  it('is not known where the file cannot be read', () => {
    expect(readMemory(folder)).toEqual({ kind: 'damaged', why: 'EISDIR' });
  });
});
