import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAEMON_THRESHOLDS } from '../../../src/diagnosis/daemon-thresholds.ts';
import { type GoroutineDump, parseGoroutines } from '../../../src/diagnosis/goroutine-dump.ts';
import { goroutineFindings } from '../../../src/diagnosis/goroutine-verdicts.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/goroutines');
const NAME = 'dockerd (pid 812)';

/** What each dump is to be called; the version is the beginning of the file's name. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  '17.12.1-devicemapper.txt': ['warning storage 24'],
  '18.09.0-no-event-stream.txt': ['critical event-stream 0', 'warning kill-wait 37'],
  '18.09.1-kill-wait.txt': ['critical kill-wait 42747'],
  '19.03.15-log-copy.txt': ['warning log-copy 27'],
  '19.03.15-one-stream.txt': ['warning event-stream 1'],
  '20.10.24-clients.txt': [],
  '20.10.24-containerd-stopped.txt': ['warning container-lock 23', 'warning containerd-call 13'],
  '20.10.24-healthy.txt': [],
  '20.10.24-kill-wait.txt': ['warning kill-wait 25'],
  '20.10.24-signal.txt': ['warning kill-wait 12'],
  '23.0.6-container-lock.txt': ['warning container-lock 31'],
  '27.5.1-exec.txt': ['critical exec 2410'],
  '27.5.1-unknown.txt': ['warning unknown 6200'],
  '29.0.1-healthy.txt': [],
  '29.0.1-kill-wait.txt': ['warning kill-wait 16'],
};

function read(file: string): { dump: GoroutineDump; version: string } {
  const dump = parseGoroutines(readFileSync(join(FOLDER, file), 'utf8'));
  if (dump === undefined) throw new Error(`${file} is no dump`);
  return { dump, version: file.replace(/-.*/, '') };
}

function judge(dump: GoroutineDump, version: string, containersRunning?: number) {
  return goroutineFindings(dump, { name: NAME, version, containersRunning }, DAEMON_THRESHOLDS);
}

const told = (file: string) => {
  const { dump, version } = read(file);
  return judge(dump, version).map(({ severity, data }) => `${severity} ${data?.cause} ${data?.count}`);
};

describe('goroutines of several versions of Docker', () => {
  it('has a verdict for every dump, and says where each comes from', () => {
    expect(Object.keys(VERDICTS)).toEqual(readdirSync(FOLDER).sort());
    for (const file of Object.keys(VERDICTS)) {
      const head = readFileSync(join(FOLDER, file), 'utf8').split('\n')[0];
      expect(head, file).toMatch(/^# (?:Captured from|Composed of the functions of) Docker \d+\.\d+/);
    }
  });

  it.each(Object.entries(VERDICTS))('%s', (file, verdict) => {
    expect(told(file)).toEqual(verdict);
  });

  it('takes no wait for other goroutines for a lock', () => {
    const waiting = (inner: string) =>
      parseGoroutines(
        `goroutine profile: total 9\n9 @ 0x1\n#\t0x1\tsync.${inner}+0x2\t/x/sema.go:3\n#\t0x2\tgithub.com/docker/docker/daemon.(*Daemon).Containers+0x2\t/x/list.go:3\n`,
      );
    const causes = (inner: string) => {
      const dump = waiting(inner);
      return dump === undefined ? [] : judge(dump, '').map(({ data }) => data?.cause);
    };
    expect(causes('runtime_Semacquire')).toEqual([]);
    for (const lock of ['runtime_SemacquireMutex', 'runtime_SemacquireRWMutexR', '(*RWMutex).RLock'])
      expect(causes(lock), lock).toEqual(['container-lock']);
  });

  it('says what to do, and what not to do again on a container that cannot die', () => {
    const { dump } = read('18.09.1-kill-wait.txt');
    const [old] = judge(dump, '18.09.1');
    expect(old?.title).toBe('42747 goroutines of dockerd (pid 812) wait for a container to end after SIGKILL');
    expect(old?.cause).toContain('stays for good');
    expect(old?.remedy).toContain('20.10.10');
    expect(old?.avoid?.join()).toContain('docker stop');
    expect(old?.evidence?.[0]).toBe('goroutines: 129854');
    const [mended] = judge(dump, '20.10.10');
    expect(mended?.cause).not.toContain('stays for good');
  });

  it('misses no event stream in a list that was cut, nor in a version that is not known', () => {
    const { dump } = read('18.09.0-no-event-stream.txt');
    const about = (version: string, cut: boolean) =>
      judge({ ...dump, cut }, version).filter(({ data }) => data?.cause === 'event-stream').length;
    expect([about('18.09.0', false), about('18.09.0', true), about('', false), about('17.06.2-ce', false)]).toEqual([
      1, 0, 0, 0,
    ]);
  });

  it('calls readers of logs too many only beside the containers that run', () => {
    const { dump, version } = read('29.0.1-healthy.txt');
    expect(judge(dump, version, 40)).toEqual([]);
    expect(judge(dump, version, 2).map(({ id }) => id)).toEqual(['health:goroutines:log-read']);
  });

  it('calls many goroutines many, where no cause is known by name', () => {
    const frames = Array.from({ length: 60 }, (_, index) => ({
      count: 100,
      frames: [{ name: `main.f${index}`, place: '' }],
      states: [],
      longestMinutes: undefined,
    }));
    const dump = { total: 6000, groups: frames, cut: false };
    expect(judge(dump, '').map(({ id, severity }) => `${severity} ${id}`)).toEqual(['warning health:goroutines:many']);
    // Two hundred containers may need as many.
    expect(judge(dump, '', 200)).toEqual([]);
  });
});
