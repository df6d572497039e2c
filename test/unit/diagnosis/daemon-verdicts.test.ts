import { describe, expect, it } from 'vitest';
import type { ApiAnswer, DaemonApi, DaemonFacts, DaemonProcess } from '../../../src/diagnosis/daemon-facts.ts';
import { DAEMON_THRESHOLDS } from '../../../src/diagnosis/daemon-thresholds.ts';
import { daemonVerdicts } from '../../../src/diagnosis/daemon-verdicts.ts';

const GIB = 2 ** 30;
const DAY = 86_400;

const DOCKERD: DaemonProcess = {
  role: 'dockerd',
  pid: 812,
  startTime: '4711',
  parent: 1,
  uid: 0,
  state: 'S',
  unit: 'docker.service',
  exe: '/usr/bin/dockerd',
  args: '/usr/bin/dockerd -H fd://',
  uptimeSeconds: 40 * DAY,
  fds: { open: 90, soft: 20_000, hard: 1_048_576 },
  kinds: { looked: 90, sockets: 40, pipes: 20, anonymous: 10, files: 20 },
  rssBytes: 120 * 2 ** 20,
  virtualBytes: 2 * GIB,
  threads: 20,
  memoryLimitBytes: undefined,
  socket: '/var/run/docker.sock',
  connections: 3,
  waiting: 0,
};

const ANSWERED: ApiAnswer = { kind: 'answered', status: 200, ms: 8, body: 'OK', cut: false };

const API: DaemonApi = {
  pid: 812,
  socket: '/var/run/docker.sock',
  way: 'streamlocal',
  ping: ANSWERED,
  version: ANSWERED,
  info: ANSWERED,
  versions: [],
  containersRunning: 12,
  goroutines: { kind: 'not-asked' },
};

const WELL: DaemonFacts = {
  host: { files: { allocated: 3000, max: 900_000 }, memoryBytes: 64 * GIB, availableBytes: 40 * GIB },
  processes: [
    DOCKERD,
    { ...DOCKERD, role: 'containerd', pid: 700, socket: '', connections: undefined, waiting: undefined },
  ],
  apis: [API],
  versions: [{ component: 'dockerd', version: '29.0.1' }],
  samples: [],
};

const judge = (facts: Partial<DaemonFacts>) => daemonVerdicts({ ...WELL, ...facts }, DAEMON_THRESHOLDS);
const daemon = (change: Partial<DaemonProcess>) => judge({ processes: [{ ...DOCKERD, ...change }] });
const api = (change: Partial<DaemonApi>, state = 'S') =>
  judge({ apis: [{ ...API, ...change }], processes: [{ ...DOCKERD, state }] });
const ids = (findings: ReturnType<typeof judge>) => findings.map(({ severity, id }) => `${severity} ${id}`);

describe('verdicts on the daemons of a host', () => {
  it('say nothing of daemons that are well', () => {
    expect(judge({})).toEqual([]);
  });

  it('do not call a host well that has no dockerd at all', () => {
    const [containerd] = WELL.processes.slice(1);
    expect(ids(judge({ processes: [], apis: [] }))).toEqual(['info health:no-dockerd']);
    const [found] = judge({ processes: containerd === undefined ? [] : [containerd], apis: [] });
    expect(found?.title).toContain('there is containerd (pid 700)');
    expect(judge({ apis: [] })).toEqual([]);
  });

  it('are findings of health that tell cause, evidence and what to do, the worst first', () => {
    const found = judge({
      apis: [{ ...API, ping: { kind: 'silent', afterMs: 10_000 } }],
      processes: [{ ...DOCKERD, fds: { open: 16_500, soft: 20_000, hard: 20_000 } }],
      versions: [{ component: 'dockerd', version: '19.03.15' }],
    });
    expect(ids(found)[0]).toBe('critical health:api:/var/run/docker.sock');
    for (const finding of found) {
      expect(finding.kind).toBe('health');
      expect([finding.title, finding.cause, finding.remedy]).not.toContain('');
      expect(finding.remedy).toMatch(/^[A-Z][a-z]+ /);
      expect(finding.evidence?.length).toBeGreaterThan(0);
      // Numbers would keep equal causes of a fleet apart.
      if (!finding.id.startsWith('version:')) expect(finding.cause).not.toMatch(/\d{3}/);
      expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
    }
  });
});

describe('file descriptors', () => {
  const use = (open: number, soft = 20_000) => ids(daemon({ fds: { open, soft, hard: soft } }));

  it('are judged by the soft limit, on both sides of each border', () => {
    expect(use(15_999)).toEqual([]);
    expect(use(16_000)).toEqual(['warning health:fds:dockerd:812']);
    expect(use(18_999)).toEqual(['warning health:fds:dockerd:812']);
    expect(use(19_000)).toEqual(['critical health:fds:dockerd:812']);
    expect(use(500_000, Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('are told with their numbers, and with whose connections they are', () => {
    const [clients] = daemon({ fds: { open: 16_432, soft: 20_000, hard: 20_000 }, connections: 15_800 });
    expect(clients?.title).toBe('dockerd (pid 812) has 16432 of 20000 file descriptors open, 82 %');
    expect(clients?.cause).toContain('clients keep connections');
    expect(clients?.evidence).toContain('connections on /var/run/docker.sock: 15800');
    const [other] = daemon({ fds: { open: 16_432, soft: 20_000, hard: 20_000 }, connections: 5 });
    expect(other?.cause).toBe('dockerd uses up its file descriptors');
  });

  it('tell by two looks when they run out, also where little is used yet', () => {
    const sample = (open: number) => [{ pid: 812, startTime: '4711', open, afterSeconds: 10 }];
    const fds = { open: 1_000, soft: 20_000, hard: 20_000 };
    const [soon] = judge({ processes: [{ ...DOCKERD, fds }], samples: sample(1_100) });
    // 10 a second, 18900 left.
    expect(soon?.title).toContain('; they run out in 31 minutes');
    expect(soon?.severity).toBe('warning');
    expect(soon?.data).toMatchObject({ per_hour: 36_000, exhausted_in_s: 1890 });
    // The coming and going of clients, a shrinking number, and another process are no growth.
    expect(judge({ processes: [{ ...DOCKERD, fds }], samples: sample(1_010) })).toEqual([]);
    expect(judge({ processes: [{ ...DOCKERD, fds }], samples: sample(900) })).toEqual([]);
    const stranger = sample(1_100).map((each) => ({ ...each, startTime: '9999' }));
    expect(judge({ processes: [{ ...DOCKERD, fds }], samples: stranger })).toEqual([]);
  });

  it('of the whole host are judged too', () => {
    const host = (allocated: number) => ids(judge({ host: { ...WELL.host, files: { allocated, max: 1000 } } }));
    expect([host(799), host(800), host(950)]).toEqual([
      [],
      ['warning health:host-files'],
      ['critical health:host-files'],
    ]);
  });
});

describe('memory', () => {
  it('is judged by its size, by the host and by the limit of the control group', () => {
    const rss = (rssBytes: number, memoryLimitBytes?: number) => ids(daemon({ rssBytes, memoryLimitBytes }));
    expect(rss(1.9 * GIB)).toEqual([]);
    expect(rss(2 * GIB)).toEqual(['warning health:memory:dockerd:812']);
    expect(rss(26 * GIB)).toEqual(['critical health:memory:dockerd:812']);
    expect(rss(GIB, 1.2 * GIB)).toEqual(['warning health:memory:dockerd:812']);
    expect(rss(GIB, 1.04 * GIB)).toEqual(['critical health:memory:dockerd:812']);
    expect(rss(GIB, 4 * GIB)).toEqual([]);
    const small = judge({
      host: { ...WELL.host, memoryBytes: 8 * GIB },
      processes: [{ ...DOCKERD, rssBytes: 2.5 * GIB }],
    });
    expect(ids(small)).toEqual(['critical health:memory:dockerd:812']);
  });

  it('is laid to goroutines where there are many', () => {
    const dump = { total: 90_000, groups: [], cut: true };
    const [finding] = judge({
      processes: [{ ...DOCKERD, rssBytes: 26 * GIB }],
      apis: [{ ...API, goroutines: { kind: 'read', dump } }],
    });
    expect(finding?.title).toBe("dockerd (pid 812) takes 26.0 GiB, 40 % of the host's memory");
    expect(finding?.cause).toBe('dockerd keeps the memory of goroutines that never end');
    const [alone] = daemon({ rssBytes: 26 * GIB });
    expect(alone?.cause).toBe('dockerd takes far more memory than its containers need');
  });
});

describe('the API', () => {
  it('that takes connections and says nothing is critical, with the cause that the state of the process tells', () => {
    const silent = { ping: { kind: 'silent', afterMs: 10_000 } } as const;
    const [running] = api(silent);
    expect(running?.title).toBe('dockerd (pid 812) takes connections and does not answer: nothing came within 10.0s');
    expect(running?.cause).toBe('dockerd takes connections and does not answer');
    const stopped = api(silent, 'T');
    expect(ids(stopped)).toEqual(['critical health:api:/var/run/docker.sock']);
    expect(stopped[0]?.cause).toContain('SIGSTOP');
    expect(stopped[0]?.remedy).toContain('kill -CONT 812');
    const full = judge({
      apis: [{ ...API, ...silent }],
      processes: [{ ...DOCKERD, fds: { open: 20_000, soft: 20_000, hard: 20_000 } }],
    });
    expect(full[0]?.cause).toContain('no file descriptor left');
  });

  it('is slow from a second on', () => {
    const ms = (each: number) => ids(api({ ping: { ...ANSWERED, ms: each } }));
    expect([ms(999), ms(1000), ms(5000)]).toEqual([
      [],
      ['warning health:api:/var/run/docker.sock'],
      ['critical health:api:/var/run/docker.sock'],
    ]);
  });

  it('that answers a ping but not info has a sick driver, plugin or lock', () => {
    const [finding] = api({ info: { kind: 'silent', afterMs: 10_000 } });
    expect(finding?.cause).toContain('storage driver');
    const silent = { kind: 'silent', afterMs: 10_000 } as const;
    const [other, ...rest] = api({ version: silent, info: silent });
    expect(other?.title).toBe('dockerd (pid 812) answers a ping, but not docker version within 10.0s');
    expect(other?.cause).toBe('containerd does not answer dockerd');
    expect(rest).toEqual([]);
  });

  it.each([
    [{ kind: 'refused' }, 'nobody listens'],
    [{ kind: 'absent' }, 'there is no /var/run/docker.sock'],
    [{ kind: 'garbled', why: 'it closed the connection without an answer' }, 'no Docker API'],
    [{ kind: 'answered', status: 500, ms: 3, body: '', cut: false }, 'HTTP 500'],
    [{ kind: 'no-daemon' }, 'no dockerd runs'],
  ] as const)('is critical if %j', (ping, words) => {
    const [finding] = api({ ping });
    expect(finding?.severity).toBe('critical');
    expect(finding?.title).toContain(words);
  });

  it('that answers a ping but info with an error is told', () => {
    const failed: ApiAnswer = { kind: 'answered', status: 500, ms: 8, body: '{}', cut: false };
    expect(ids(api({ info: failed }))).toEqual(['warning health:api:/var/run/docker.sock']);
    expect(api({ info: failed })[0]?.evidence?.[0]).toBe('GET /info: HTTP 500');
    expect(api({ info: { ...failed, status: 403 } })).toEqual([]);
  });

  it('is not judged if nobody could ask', () => {
    expect(api({ ping: { kind: 'denied' } })).toEqual([]);
    expect(api({ ping: { kind: 'not-asked', why: 'no tool' } })).toEqual([]);
  });
});

describe('the state of a daemon', () => {
  it('is critical if it is stopped or a zombie; a single look at state D proves nothing', () => {
    const states = ['T', 't', 'Z', 'D', 'R', 'S'].map((state) => ids(daemon({ state })).length);
    expect(states).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it('is told as too young for a leak, which is no fault', () => {
    const [finding] = daemon({ uptimeSeconds: 300 });
    expect([finding?.severity, finding?.title]).toEqual(['info', 'dockerd (pid 812) was started 5 minutes ago']);
    expect(daemon({ uptimeSeconds: 600 })).toEqual([]);
  });
});
