import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../../src/connection/records.ts';
import type { Call, Outcome, Session } from '../../../../src/connection/session.ts';
import { observeDockerdHealth } from '../../../../src/modules/dockerd-health/observe.ts';
import { dockerdHealthParams } from '../../../../src/modules/dockerd-health/params.ts';
import { silentSession } from '../../../support/shelf.ts';

const LATE: Outcome = { kind: 'timed-out', afterMs: 1000, stderr: '' };

/** An API that says this of its goroutines, and hangs up. */
const apiSaying =
  (dump: string): NonNullable<Session['dialSocket']> =>
  async () => ({
    ok: true,
    stream: new Duplex({
      read() {},
      write(request, _encoding, done) {
        this.push(`HTTP/1.0 200 OK\r\n\r\n${String(request).includes('/goroutine') ? dump : '{}'}`);
        this.push(null);
        done();
      },
    }),
  });

/** A host with one dockerd, which has that socket; nothing else of it answers. */
function hostWith(socket: string, more: Partial<Session> = {}): Session {
  const text = [
    'boot\t5000.00\t100',
    'process\tdockerd\t812\t4711\t1\t0\tS\tdocker.service\t/usr/bin/dockerd\t/usr/bin/dockerd',
    'usage\t812\t90\t1024\t4096\t1000\t2000\t9\t',
    `socket\t812\t${socket}\t0\t0`,
    'end\t4\n',
  ].join('\n');
  const { records } = parseRecords(Buffer.from(text));
  return {
    ...silentSession('h1'),
    call: async ({ program }: Call) =>
      program.name === 'daemon-process' ? { kind: 'exited', code: 0, records, stdout: '', stderr: '' } : LATE,
    ...more,
  };
}

async function gapsOf(socket: string, more?: Partial<Session>): Promise<readonly string[]> {
  const params = dockerdHealthParams.parse({ stuck_tasks: false, log_window: '0s' });
  const seen = await observeDockerdHealth(hostWith(socket, more), params);
  if (seen.kind !== 'known') throw seen.error;
  return seen.gaps.map(({ what }) => what);
}

describe('a look at the daemons of a host', () => {
  it('says that an API was not asked which has no UNIX socket', async () => {
    expect(await gapsOf('')).toEqual(['API of dockerd (pid 812)', 'versions of the daemons']);
  });

  it('says that an API could not be asked, though there is a socket', async () => {
    expect(await gapsOf('/run/docker.sock')).toEqual(['API of dockerd at /run/docker.sock', 'versions of the daemons']);
  });

  it('says that a list of goroutines has no end, so that nothing is taken as gone from it', async () => {
    const whole = 'goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tmain.main+0x2\t/x/main.go:3\n';
    const gaps = (dump: string) => gapsOf('/run/docker.sock', { dialSocket: apiSaying(dump) });
    expect(await gaps(whole)).toEqual(['versions of the daemons']);
    expect(await gaps(whole.replace('total 1', 'total 9'))).toEqual([
      'goroutines of dockerd at /run/docker.sock',
      'versions of the daemons',
    ]);
  });
});
