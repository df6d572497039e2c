import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../../src/connection/records.ts';
import type { Call, Outcome, Session } from '../../../../src/connection/session.ts';
import type { DaemonProcess } from '../../../../src/diagnosis/daemon-facts.ts';
import { dockerdHealthParams } from '../../../../src/modules/dockerd-health/params.ts';
import { lookAround, surroundingsFindings } from '../../../../src/modules/dockerd-health/surroundings.ts';
import { silentSession } from '../../../support/shelf.ts';

const CAPTURED = readFileSync(join(import.meta.dirname, '../../../fixtures/diagnosis/frozen-container.txt'), 'utf8');
const ID = /docker\/(08e373992a60[0-9a-f]{52})/.exec(CAPTURED)?.[1] ?? '';
const DOCKERD = { role: 'dockerd', pid: 49, args: '/usr/bin/dockerd' } as DaemonProcess;

const said = (text: string): Outcome => ({
  ...{ kind: 'exited', code: 0, records: parseRecords(Buffer.from(text)).records, stdout: '', stderr: '' },
});
const CLOCK = 'clock\t1795256600\t27380.00\n';
const QUIET = said(`${CLOCK}journal\tread\t86400\nkernel\tjournal\nend\t3\n`);
const LOUD = said(
  `${CLOCK}journal\tread\t86400\nkernel\tjournal\nline\tjournal\t1795256590.000000 h1 dockerd[49]: msg="Container failed to exit within 10s of kill - trying direct SIGKILL" container=${ID}\nline\tjournal\t1795256580.000000 h1 kernel: INFO: task sh:298 blocked for more than 120 seconds.\nend\t5\n`,
);
const NAMES = said(
  `engine\t\toverlay2\t/var/lib/docker\t\t49\nclock\t1\nlisted\t1\ncontainer\t${ID}\t"/db"\t"i"\t"running"\ttrue\tfalse\t298\tnull\tnull\tnull\tnull\tnull\t[]\t\t\nend\t4\n`,
);

/** A host that answers by program, and fails on what it does not know. */
function hostWith(answers: Readonly<Record<string, Outcome>>, asked: string[] = []): Session {
  return {
    ...silentSession('h1'),
    async call({ program }: Call) {
      asked.push(program.name);
      const answer = answers[program.name];
      if (answer === undefined) throw new Error(`not expected: ${program.name}`);
      return answer;
    },
  };
}

const STUCK = said(CAPTURED);
const NOBODY = said('end\t0\n');
const LATE: Outcome = { kind: 'timed-out', afterMs: 1000, stderr: '' };
const look = (host: Session, params: object = {}) => lookAround(host, dockerdHealthParams.parse(params), [DOCKERD]);

async function around(host: Session, params?: object) {
  const looked = await look(host, params);
  if (looked.kind !== 'known') throw looked.error;
  return looked;
}

/** A task of the container that waits for a disk, which is mounted there. */
const waitingFor = (point: string): Outcome =>
  said(
    `sampled\t3000\tx86_64\ntask\t298\t298\tsh\t100\tio_schedule\tno\tno\tno\t-\t-\t-\t-\thost\t[<0>] io_schedule+0x46/0x70\t0::/system.slice/docker-${ID}.scope\n` +
      `mount\thost\t30 1 8:16 / ${point} rw,relatime - ext4 /dev/sdb rw\nend\t3\n`,
  );

describe('what is around the daemons', () => {
  it('reads no name from a data root whose disk keeps a task waiting, and says so', async () => {
    const asked: string[] = [];
    const answers = { 'log-signs': QUIET, 'docker-state-disk': NAMES };
    const dead = await around(hostWith({ ...answers, 'find-stuck-tasks': waitingFor('/var/lib/docker') }, asked));
    expect(asked).toEqual(['find-stuck-tasks', 'log-signs']);
    expect(dead.gaps.map(({ what }) => what)).toEqual(['names of containers']);
    for (const elsewhere of ['/srv', '/var/lib/docker/volumes/x', '/']) {
      const other = await around(hostWith({ ...answers, 'find-stuck-tasks': waitingFor(elsewhere) }));
      expect([...other.around.names.values()]).toEqual(['db']);
    }
  });

  it('puts a name to a stuck container from files of Docker, and what the log says of it to the verdict', async () => {
    const asked: string[] = [];
    const answers = { 'find-stuck-tasks': STUCK, 'log-signs': LOUD, 'docker-state-disk': NAMES };
    const looked = await around(hostWith(answers, asked));
    expect(looked.gaps).toEqual([]);
    expect(asked).toEqual(['find-stuck-tasks', 'log-signs', 'docker-state-disk']);
    const findings = surroundingsFindings(looked.around);
    const stuck = findings.find(({ severity }) => severity === 'critical');
    expect(stuck).toMatchObject({ containerId: ID, containerName: 'db' });
    expect(stuck?.evidence?.filter((line) => line.startsWith('the log says'))).toEqual([
      'the log says that a container did not end within seconds after SIGKILL: once in 24h00m, last 10.0s before the look',
      'the log says that sh:298 was in state D for minutes: once in 24h00m, last 20.0s before the look',
    ]);
    // Told there, it needs no verdict of its own.
    expect(findings.map(({ id }) => id.replace(/:[0-9a-f]{12}:/, ':ID:')).sort()).toEqual([
      'stuck:ID:frozen',
      'stuck:ID:paused',
    ]);
  });

  it('asks for no names where nobody is to be named, and for no log where none is wanted', async () => {
    const asked: string[] = [];
    const answers = { 'find-stuck-tasks': NOBODY, 'log-signs': QUIET };
    expect(surroundingsFindings((await around(hostWith(answers, asked))).around)).toEqual([]);
    expect(asked).toEqual(['find-stuck-tasks', 'log-signs']);
    asked.length = 0;
    const blind = await around(hostWith({}, asked), { stuck_tasks: false, log_window: 0 });
    expect([asked, blind.gaps, blind.around.stuck, blind.around.logs]).toEqual([[], [], undefined, undefined]);
  });

  it('asks the daemon for a container that could not be removed, and believes only its answer', async () => {
    const busy = said(
      `${CLOCK}journal\tread\t86400\nkernel\tjournal\nline\tjournal\t1795256590.000000 h1 dockerd[49]: container ${'e'.repeat(64)}: failed to remove root filesystem: x\nend\t4\n`,
    );
    const ask = async (state: Outcome) => {
      const answers = {
        'find-stuck-tasks': NOBODY,
        'log-signs': busy,
        'docker-state-disk': NAMES,
        'docker-state': state,
      };
      return surroundingsFindings((await around(hostWith(answers))).around).map(({ severity }) => severity);
    };
    const dead = (id: string) =>
      `container\t${id}\t"/x"\t"i"\t"dead"\tfalse\ttrue\t0\tnull\tnull\tnull\tnull\tnull\t[]\tDead\t\n`;
    expect(await ask(said('daemon\tanswered\t\nlisted\t0\nend\t2\n'))).toEqual(['info']);
    expect(await ask(said(`daemon\tanswered\t\nlisted\t1\n${dead('e'.repeat(64))}end\t3\n`))).toEqual(['warning']);
    expect(await ask(said('daemon\tanswered\t\nlisted\t1\nunreadable\tx\nend\t3\n'))).toEqual(['warning']);
    expect(await ask(said('daemon\tlate\tx\nend\t1\n'))).toEqual(['warning']);
    expect(await ask(LATE)).toEqual(['warning']);
  });

  it('has a gap for what could not be looked at, and never nothing instead', async () => {
    const late = await around(hostWith({ 'find-stuck-tasks': LATE, 'log-signs': LATE }));
    expect(late.gaps.map(({ what }) => what)).toEqual(['tasks in state D', 'the log']);
    expect(late.around.stuck).toBeUndefined();
    const partial = await around(hostWith({ 'find-stuck-tasks': said('partial\nend\t1\n'), 'log-signs': QUIET }));
    expect(partial.gaps).toEqual([
      { what: 'tasks in state D', why: 'there was no time for all, or there are too many' },
    ]);
    const mute = said(`${CLOCK}journal\tempty\nkernel\tdenied\nend\t3\n`);
    const silent = await around(hostWith({ 'find-stuck-tasks': NOBODY, 'log-signs': mute }));
    expect(silent.gaps.map(({ what }) => what)).toEqual(['the journal', "the kernel's log"]);
    const hour = said(`${CLOCK}journal\tread\t3600\nkernel\tjournal\nend\t3\n`);
    const short = await around(hostWith({ 'find-stuck-tasks': NOBODY, 'log-signs': hour }));
    expect(short.gaps[0]?.why).toContain('only its last hour');
    const nameless = { 'find-stuck-tasks': STUCK, 'log-signs': QUIET, 'docker-state-disk': LATE };
    expect((await around(hostWith(nameless))).gaps.map(({ what }) => what)).toEqual(['names of containers']);
  });

  it('is unknown where an answer was cut, as nothing else may be relied on then', async () => {
    const lost: Outcome = { kind: 'lost', reason: 'cut' };
    for (const answers of [{ 'find-stuck-tasks': lost }, { 'find-stuck-tasks': NOBODY, 'log-signs': lost }]) {
      expect(await look(hostWith(answers))).toMatchObject({ kind: 'unknown', error: { code: 'E_PROGRAM_LOST' } });
    }
  });
});
