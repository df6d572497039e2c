import { describe, expect, it } from 'vitest';
import { NO_STUCK_TASKS, type StuckFacts, type StuckTask } from '../../../src/diagnosis/stuck-facts.ts';
import { ownerOf } from '../../../src/diagnosis/stuck-owner.ts';
import { stuckFindings } from '../../../src/diagnosis/stuck-verdicts.ts';
import { parseMountLine } from '../../../src/mounts/mountinfo.ts';

const ID = 'ab'.repeat(32);
const UID = '8e7d3c6a-1111-2222-3333-444455556666';

const WRITER: StuckTask = {
  ...{
    tid: 9,
    pid: 9,
    command: 'db',
    startTime: '1',
    waitsIn: 'percpu_rwsem_wait',
    killed: false,
    kernelThread: false,
  },
  ...{ stack: ['percpu_rwsem_wait', 'vfs_write', 'ksys_write'], paused: 'no', blockedMs: 3_600_000 },
  ...{ call: { number: 1, fd: 4 }, mountId: 31, table: '30', containerId: ID },
};

const HOST = ['20 1 8:1 / / rw - ext4 /dev/sda1 rw', '21 20 253:2 / /srv/db rw - xfs /dev/mapper/vg-db rw'];
const OWN = ['30 1 0:50 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/srv/db/upper/1,workdir=/w'];
const DATA = '31 30 253:2 /data /var/lib/db rw - xfs /dev/mapper/vg-db rw';
const HOSTS = '32 30 8:1 /x/hosts /etc/hosts rw - ext4 /dev/sda1 rw';
const NFS = '33 30 0:60 / /share rw - nfs4 filer:/export rw';

const mounts = (lines: readonly string[]) =>
  lines.map((line) => {
    const mount = parseMountLine(line);
    if (mount === undefined) throw new Error(line);
    return mount;
  });

function verdictOf(
  task: Partial<StuckTask>,
  own: readonly string[] = [...OWN, DATA, HOSTS, NFS],
  extra: Partial<StuckFacts> = {},
) {
  const tables = new Map([
    ['host', mounts(HOST)],
    ['30', mounts(own)],
  ]);
  const facts = {
    ...NO_STUCK_TASKS,
    machine: 'x86_64',
    sampleMs: 3000,
    tables,
    tasks: [{ ...WRITER, ...task }],
    ...extra,
  };
  const [verdict, ...others] = stuckFindings(facts, { names: new Map([[ID, 'web']]), logOf: () => [] });
  if (verdict === undefined || others.length > 0) throw new Error(`${others.length} others`);
  return { ...verdict, told: verdict.evidence?.join('\n') ?? '' };
}

describe('a verdict on a stuck task', () => {
  it('names the file system that is proved, by its place on the host', () => {
    const verdict = verdictOf({});
    expect(verdict.title).toContain('container web cannot be stopped: its process 9 (db) waits in percpu_rwsem_wait');
    expect(verdict.title).toContain('for the frozen file system /srv/db (xfs on /dev/mapper/vg-db)');
    expect(verdict.remedy).toContain('fsfreeze -u /srv/db on the host');
    expect(verdict).toMatchObject({ severity: 'critical', data: { proved: true } });
    expect(verdict.told).toContain('it has not run for at least 1h00m');
  });

  it('calls a candidate a candidate, where the system call proves nothing', () => {
    for (const task of [
      { call: { number: 83 } },
      { call: { number: 257, fd: 4 } },
      { call: { number: 1, fd: 4 }, mountId: 99 },
    ]) {
      const verdict = verdictOf(task);
      expect(verdict.data).toMatchObject({
        proved: false,
        places: ['/srv/db (xfs on /dev/mapper/vg-db)', '/ (ext4 on /dev/sda1)'],
      });
      expect(verdict.title).not.toContain('/srv/db');
      expect(verdict.told).toContain('candidate, not proved: /srv/db (xfs on /dev/mapper/vg-db)');
      expect(verdict.remedy).not.toContain('fsfreeze -u /');
    }
  });

  it('does not read a system call of a machine whose numbers it does not know', () => {
    expect(verdictOf({}, undefined, { machine: 's390x' }).data).toMatchObject({ proved: false });
    expect(verdictOf({ call: { number: 64, fd: 4 } }, undefined, { machine: 'aarch64' }).data).toMatchObject({
      proved: true,
    });
  });

  it('takes what is read-only for no candidate', () => {
    const own = [...OWN, DATA.replace(/rw$/, 'ro'), HOSTS];
    expect(verdictOf({ call: { number: 83 } }, own).data).toMatchObject({ places: ['/ (ext4 on /dev/sda1)'] });
  });

  it('looks below an overlay for what holds its writable layer', () => {
    const verdict = verdictOf({ mountId: 30 }, OWN);
    expect(verdict.data).toMatchObject({ proved: false, places: ['/srv/db (xfs on /dev/mapper/vg-db)'] });
    expect(verdict.title).toContain('perhaps /srv/db');
  });

  it('lets go by force of what can be let go of so, and of nothing else', () => {
    const nfs = verdictOf({
      stack: ['rpc_wait_bit_killable', 'nfs4_proc_getattr'],
      call: { number: 5, fd: 4 },
      mountId: 33,
    });
    expect(nfs.remedy).toContain('umount -f /share');
    expect(nfs.avoid?.join('\n')).toContain('df, stat or ls on /share');
    const disk = verdictOf({ stack: ['io_schedule', 'xfs_buf_lock'] });
    expect(disk.remedy).toContain('Repair the storage of /srv/db');
    for (const verdict of [disk, verdictOf({})]) expect(verdict.remedy).not.toContain('umount -f');
  });

  it('names a device that the device mapper holds back', () => {
    const device = { device: '253:2', name: 'mapper/vg-db', suspended: true, inFlight: 7 };
    const verdict = verdictOf({ stack: ['io_schedule', 'xfs_buf_lock'] }, undefined, { devices: [device] });
    expect(verdict.remedy).toContain('mapper/vg-db');
    expect(verdict.told).toContain('suspended by the device mapper; 7 requests unanswered');
  });

  it('is only as bad as what is known: slow for seconds, or held for good', () => {
    const alone = { call: { number: 83 } };
    expect(verdictOf({ ...alone, blockedMs: 3000 })).toMatchObject({
      severity: 'warning',
      title: expect.stringContaining('may not be stopped'),
    });
    expect(verdictOf({ ...alone, blockedMs: 3000, killed: true }).severity).toBe('critical');
    const { containerId: _, ...plain } = WRITER;
    const process = stuckFindings({ ...NO_STUCK_TASKS, tasks: [plain] }, { names: new Map(), logOf: () => [] });
    expect(process).toMatchObject([
      { severity: 'warning', title: expect.stringContaining('process 9 (db) cannot be stopped') },
    ]);
    const dockerd = stuckFindings(
      { ...NO_STUCK_TASKS, tasks: [{ ...plain, command: 'dockerd' }] },
      { names: new Map(), logOf: () => [] },
    );
    expect(dockerd[0]?.severity).toBe('critical');
  });

  it('is one for all tasks of a container that wait in the same way', () => {
    const tasks = [9, 10, 11, 12, 13, 14].map((tid) => ({ ...WRITER, tid }));
    const verdict = verdictOf({}, undefined, { tasks, more: 900 });
    expect(verdict.told).toContain(
      'tasks that wait in the same way: 10 (db), 11 (db), 12 (db), 13 (db) and 1 more; 900 more on this host were not looked at closely',
    );
  });

  it('has the same cause on every host, whatever the names', () => {
    const other = verdictOf({ command: 'x', pid: 5, tid: 5 }).cause;
    expect(other).toBe(verdictOf({}).cause);
  });

  it('says that it could not read a stack, and is careful then', () => {
    const verdict = verdictOf({ stack: [] });
    expect(verdict.title).toContain('for perhaps the frozen file system');
    expect(verdict.told).toContain('its kernel stack could not be read');
  });

  it('makes the names of tasks safe to print', () => {
    expect(verdictOf({ command: '\u001b[2J' }).title).not.toContain('\u001b');
  });
});

describe('whose a task is', () => {
  it.each([
    [[`0::/system.slice/docker-${ID}.scope`], { containerId: ID, runtime: 'docker' }],
    [[`/docker/${ID}`], { containerId: ID, runtime: 'docker' }],
    [[`/kubepods/burstable/pod${UID}/${ID}`], { containerId: ID, podUid: UID }],
    [
      [
        `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope`,
      ],
      { containerId: ID, runtime: 'containerd', podUid: UID },
    ],
    [[`/kubepods/besteffort/pod${UID}/crio-${ID}`], { containerId: ID, runtime: 'cri-o', podUid: UID }],
    [[`/machine.slice/libpod-${ID}.scope/container`], { containerId: ID, runtime: 'podman' }],
    [[`/machine.slice/libpod-conmon-${ID}.scope`], {}],
    [['/system.slice/nginx.service'], { unit: 'nginx.service' }],
    [['/', '/system.slice/podium.service'], { unit: 'podium.service' }],
  ])('%s', (paths, owner) => {
    const found = ownerOf(paths.map((path) => path.replace(/^0::/, '')));
    expect(found).toMatchObject(owner);
    for (const key of ['containerId', 'runtime', 'podUid'] as const)
      expect(found[key]).toBe((owner as Record<string, string>)[key]);
  });
});
