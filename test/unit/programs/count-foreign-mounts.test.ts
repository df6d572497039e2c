import { describe, expect, it } from 'vitest';
import type { Call, Outcome, ProgramRecord, Session } from '../../../src/connection/session.ts';
import { countForeignMounts } from '../../../src/programs/count-foreign-mounts.ts';

const ID = 'a'.repeat(64);
const LAYER = 'b'.repeat(64);

const record = (kind: string, ...fields: readonly string[]): ProgramRecord => ({ kind, fields });

const ANSWERED = [
  record('daemon', 'answered', ''),
  record('listed', '1'),
  record('engine', '20.10.24', 'overlay2', '/var/lib/docker', 'true', '500'),
];
const CONTAINER = record(
  'container',
  ID,
  ...['/web', 'image', 'running'].map((text) => JSON.stringify(text)),
  ...['true', 'false', '3000', '""', '""', '"no"', 'false', 'null', '[]', 'Up 1 second', LAYER],
);
const ROOT = `/var/lib/docker/overlay2/${LAYER}/merged - overlay overlay rw,upperdir=/var/lib/docker/overlay2/${LAYER}/diff`;
const SCAN = [
  record('host', '100'),
  record('own', '100'),
  record('table', '100', '1'),
  record('mount', '1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw'),
  record('mount', `2 1 0:50 / ${ROOT.replace(' - ', ' rw shared:2 - ')}`),
  record('ns', '100', '1', '9'),
  record('task', '100', '1', '1', '10', 'systemd', '/usr/lib/systemd/systemd', '/init.scope'),
  record('table', '200', '700'),
  record('mount', '50 49 8:1 / / rw - ext4 /dev/sda1 rw'),
  record('mount', `51 50 0:50 / ${ROOT.replace(' - ', ' rw - ')}`),
  record('ns', '200', '1', '9'),
  record('task', '200', '700', '700', '77', 'ntpd', '/usr/sbin/ntpd', '/system.slice/ntpd.service'),
];

/** A host that answers each program by its name, and keeps what it was asked. */
function hostOf(answers: Readonly<Record<string, readonly ProgramRecord[] | Outcome>>) {
  const calls: Call[] = [];
  const call = (asked: Call): Promise<Outcome> => {
    calls.push(asked);
    const answer = answers[asked.program.name] ?? { kind: 'lost', reason: `nothing answers ${asked.program.name}` };
    return Promise.resolve(
      'kind' in answer ? answer : { kind: 'exited', code: 0, records: answer, stdout: '', stderr: '' },
    );
  };
  return { calls, session: { host: 'web1', transport: 'fake', call } as unknown as Session };
}

describe('the count of mounts in foreign namespaces', () => {
  it('asks Docker once and the mount tables once', async () => {
    const { session, calls } = hostOf({ 'docker-state': [...ANSWERED, CONTAINER], 'scan-mounts': SCAN });
    const count = await countForeignMounts(session);
    expect(count).toMatchObject({ kind: 'known', mounts: [{ containerId: ID, holder: { name: 'ntpd.service' } }] });
    expect(calls.map(({ program }) => program.name)).toEqual(['docker-state', 'scan-mounts']);
    expect(calls[1]?.args).toEqual(expect.arrayContaining([`token=${ID}`, `token=${LAYER}`]));
  });

  it('still finds what belongs to a container that Docker has forgotten, if it was known before', async () => {
    const first = await countForeignMounts(
      hostOf({ 'docker-state': [...ANSWERED, CONTAINER], 'scan-mounts': SCAN }).session,
    );
    if (first.kind === 'unknown') throw new Error(first.why);
    const empty = { 'docker-state': ANSWERED, 'scan-mounts': SCAN.toSpliced(4, 1) };
    expect(await countForeignMounts(hostOf(empty).session, first.containers)).toMatchObject({
      kind: 'known',
      mounts: [{ containerId: ID }],
    });
    expect(await countForeignMounts(hostOf(empty).session)).toMatchObject({ kind: 'known', mounts: [] });
  });

  it.each([
    ['that is lost', {}, 'nothing answers docker-state'],
    [
      'with a container that could not be looked at',
      { 'docker-state': [...ANSWERED, record('unreadable', 'container x')], 'scan-mounts': SCAN },
      'container x',
    ],
    ['whose tables cannot be read', { 'docker-state': [...ANSWERED, CONTAINER] }, 'nothing answers scan-mounts'],
    [
      'with one table that cannot be read',
      {
        'docker-state': [...ANSWERED, CONTAINER],
        'scan-mounts': [...SCAN, record('unreadable', '7', 'its mount table cannot be read')],
      },
      'process 7: its mount table cannot be read',
    ],
    [
      'whose daemon is late',
      {
        'docker-state': [record('process', '500'), record('daemon', 'late', 'docker ps was not answered')],
        'docker-state-disk': [],
      },
      'docker ps was not answered',
    ],
  ])('is unknown on a host %s', async (_, answers, why) => {
    const count = await countForeignMounts(hostOf(answers).session);
    expect(count).toEqual({ kind: 'unknown', why: expect.stringContaining(why) });
  });
});
