import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../src/connection/session.ts';
import type { DaemonApi, DaemonProcess } from '../../../../src/diagnosis/daemon-facts.ts';
import { DAEMON_THRESHOLDS } from '../../../../src/diagnosis/daemon-thresholds.ts';
import { dockerdHealthParams } from '../../../../src/modules/dockerd-health/params.ts';
import { planStacks, readStacks, verifyStacks } from '../../../../src/modules/dockerd-health/stacks.ts';
import type { DockerdHealthState } from '../../../../src/modules/dockerd-health/state.ts';
import { dumpDirectories } from '../../../../src/programs/goroutine-file.ts';
import { silentSession } from '../../../support/shelf.ts';

const DOCKERD: DaemonProcess = {
  role: 'dockerd',
  pid: 812,
  startTime: '4711',
  parent: 1,
  uid: 0,
  state: 'S',
  unit: 'docker.service',
  exe: '/usr/bin/dockerd',
  args: '/usr/bin/dockerd -H fd:// --data-root=/data/docker',
  uptimeSeconds: 4000,
  fds: undefined,
  kinds: undefined,
  rssBytes: undefined,
  virtualBytes: undefined,
  threads: undefined,
  memoryLimitBytes: undefined,
  socket: '/var/run/docker.sock',
  connections: undefined,
  waiting: undefined,
};

const SILENT: DaemonApi = {
  pid: 812,
  socket: '/var/run/docker.sock',
  way: 'streamlocal',
  ping: { kind: 'silent', afterMs: 10_000 },
  version: undefined,
  info: undefined,
  versions: [],
  containersRunning: undefined,
  goroutines: { kind: 'not-asked' },
};

const READ = { kind: 'read', dump: { total: 1, groups: [], cut: false } } as const;

function state(api: Partial<DaemonApi> = {}, daemon: Partial<DaemonProcess> = {}): DockerdHealthState {
  return {
    daemons: {
      host: { files: undefined, memoryBytes: undefined, availableBytes: undefined },
      processes: [{ ...DOCKERD, ...daemon }],
      apis: [{ ...SILENT, ...api }],
      versions: [],
      samples: [],
    },
    thresholds: DAEMON_THRESHOLDS,
    around: { stuck: undefined, logs: undefined, names: new Map() },
  };
}

const params = (raw: object) => dockerdHealthParams.parse(raw);
const plan = (seen: DockerdHealthState, raw: object = { write_stacks: true }) => planStacks(seen, params(raw));

describe('having dockerd write its goroutines down', () => {
  it('is planned only if it is asked for, and nothing else tells them', () => {
    expect(plan(state()).map(({ id, witness }) => [id, witness])).toEqual([
      ['stacks:812', { pid: 812, start_time: '4711', exe: '/usr/bin/dockerd' }],
    ]);
    expect(plan(state(), {})).toEqual([]);
    expect(plan(state(), { write_stacks: true, goroutines: false })).toEqual([]);
    expect(plan(state({ goroutines: READ }))).toEqual([]);
  });

  it('is not asked of a process that would not act upon a signal, nor where there is none', () => {
    for (const halted of ['T', 't', 'Z', 'D']) expect(plan(state({}, { state: halted }))).toEqual([]);
    expect(plan(state({ pid: undefined }))).toEqual([]);
  });

  it('is done once they were read', () => {
    const [change] = plan(state());
    if (change === undefined) throw new Error('nothing planned');
    expect(verifyStacks(state({ goroutines: READ }), change)).toEqual({ kind: 'as-wanted' });
    expect(verifyStacks(state(), change).kind).toBe('not-yet');
    expect(verifyStacks(state({ pid: 900 }), change).kind).toBe('unknown');
  });

  it('goes near the data root only if it is asked for: its disk may not answer', async () => {
    const asked: (readonly string[])[] = [];
    const host: Session = {
      ...silentSession('h1'),
      async call({ args }) {
        asked.push(args.slice(3));
        return { kind: 'exited', code: 0, records: [], stdout: '', stderr: '' };
      },
    };
    for (const isWritten of [false, true]) await readStacks(host, SILENT, DOCKERD, isWritten);
    expect(asked).toEqual([['/var/run/docker'], ['/var/run/docker', '/data/docker']]);
  });

  it('looks where the arguments of dockerd say', () => {
    expect(dumpDirectories(DOCKERD)).toEqual(['/var/run/docker', '/data/docker']);
    const old = { ...DOCKERD, args: 'dockerd -g /home/docker_rt --exec-root /run/d2' };
    expect(dumpDirectories(old)).toEqual(['/run/d2', '/home/docker_rt']);
    expect(dumpDirectories({ ...DOCKERD, args: 'dockerd' })).toEqual(['/var/run/docker', '/var/lib/docker']);
  });
});
