import { describe, expect, it } from 'vitest';
import type { Call, Outcome, ProgramRecord, Session } from '../../../src/connection/session.ts';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';

/** A session that answers by program name, and fails on what it does not know. */
function session(answers: Readonly<Record<string, Outcome>>, calls: Call[] = []): Session {
  return {
    host: 'h1',
    transport: 'fake',
    facts: {
      os: 'Linux',
      kernel: 'x',
      nodename: 'h1',
      uid: 0,
      processGroup: 1,
      startTime: '1',
      procVisible: true,
      bootId: 'b',
    },
    call(call) {
      calls.push(call);
      const answer = answers[call.program.name];
      if (answer === undefined) throw new Error(`not expected: ${call.program.name}`);
      return Promise.resolve(answer);
    },
    cancel: () => Promise.resolve({ gone: true }),
    close: () => Promise.resolve(),
  };
}

function exited(lines: readonly (readonly string[])[], code = 0, stderr = ''): Outcome {
  const records: ProgramRecord[] = lines.map(([kind = '', ...fields]) => ({ kind, fields }));
  return { kind: 'exited', code, records, stdout: '', stderr };
}

const HOST_MOUNT = '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw';
const PICTURE: readonly (readonly string[])[] = [
  ['host', '10'],
  ['own', '11'],
  ['table', '10', '1'],
  ['mount', HOST_MOUNT],
  ['unreadable', '99', 'its mount table cannot be read'],
  ['ns', '10', '120', '77'],
  ['task', '10', '1', '1', '5', 'systemd', '/usr/lib/systemd/systemd', '/init.scope\n/'],
  ['ns', '11', '2', '-'],
];

describe('scanMounts', () => {
  it('gives the picture that the records draw', async () => {
    const calls: Call[] = [];
    const scan = await scanMounts(session({ 'scan-mounts': exited(PICTURE) }, calls), {
      tokens: ['abc', "a'b"],
      pids: [7, 0],
      devices: ['8:1'],
      paths: ['/x y'],
    });
    expect(calls.map((call) => call.args)).toEqual([['token=abc', "token=a'b", 'path=/x y', 'device=8:1', 'pid=7']]);
    expect(scan).toMatchObject({
      kind: 'known',
      view: {
        hostNamespace: 10,
        ownNamespace: 11,
        unreadable: [{ pid: 99, why: 'its mount table cannot be read' }],
        namespaces: [
          {
            inode: 10,
            taskCount: 120,
            userNamespace: 77,
            chrooted: false,
            mounts: [{ id: 22, point: '/', shared: 1 }],
            tasks: [{ pid: 1, tid: 1, startTime: '5', command: 'systemd', unit: 'init.scope' }],
          },
          { inode: 11, taskCount: 2, tasks: [] },
        ],
      },
    });
    if (scan.kind === 'known') expect(scan.view.namespaces[1]).not.toHaveProperty('mounts');
  });

  it('asks into namespaces that only a file keeps, and says so where it cannot', async () => {
    const pins: readonly (readonly string[])[] = [
      ...PICTURE.slice(0, 4),
      ['mount', '23 22 0:4 mnt:[500] /run/a\\040b rw - nsfs nsfs rw'],
      ['mount', '24 22 0:4 mnt:[501] /run/c rw - nsfs nsfs rw'],
      ['mount', '25 22 0:4 mnt:[10] /run/host rw - nsfs nsfs rw'],
      ['mount', '26 22 0:4 net:[502] /run/net rw - nsfs nsfs rw'],
      ...PICTURE.slice(5),
    ];
    const inside = exited([
      ['table', '1'],
      ['mount', HOST_MOUNT],
      ['unreadable', '2', 'it could not be entered'],
    ]);
    const calls: Call[] = [];
    const scan = await scanMounts(session({ 'scan-mounts': exited(pins), 'read-pinned': inside }, calls), {});
    expect(calls[1]?.args).toEqual(['500', '/run/a b', '501', '/run/c']);
    if (scan.kind !== 'known') throw scan.error;
    const { namespaces, unreadable } = scan.view;
    expect(namespaces.find((each) => each.inode === 500)).toMatchObject({
      pins: ['/run/a b'],
      taskCount: 0,
      mounts: [{ id: 22 }],
    });
    expect(namespaces.find((each) => each.inode === 501)?.mounts).toBeUndefined();
    expect(namespaces.find((each) => each.inode === 10)?.pins).toEqual(['/run/host']);
    expect(unreadable.slice(-1)).toEqual([{ pid: 0, why: 'mount namespace 501 (/run/c): it could not be entered' }]);
  });

  it.each([
    ['a lost link', { kind: 'lost', reason: 'cut' } as Outcome, 'E_PROGRAM_LOST'],
    ['its deadline', { kind: 'timed-out', afterMs: 1, stderr: '' } as Outcome, 'E_PROGRAM_TIMEOUT'],
    ['a hidden /proc', exited([], 12), 'E_PREFLIGHT_PROC'],
    ['a missing tool', exited([], 13, 'awk is missing'), 'E_PREFLIGHT_TOOL'],
    ['an exit that it does not define', exited([], 64), 'E_PROGRAM_EXIT'],
    [
      'a line that is no mount',
      exited([
        ['host', '1'],
        ['table', '1', '1'],
        ['mount', 'rubbish'],
      ]),
      'E_PROTOCOL',
    ],
    ['a record of another kind', exited([['surprise']]), 'E_PROTOCOL'],
  ])('knows nothing after %s', async (_, outcome, code) => {
    const scan = await scanMounts(session({ 'scan-mounts': outcome }), {});
    expect(scan).toMatchObject({ kind: 'unknown', error: { code } });
  });
});
