import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observeSweep } from '../../../src/modules/dead-containers/observe.ts';
import { deadContainersParams } from '../../../src/modules/dead-containers/params.ts';
import type { DockerLook } from '../../../src/programs/docker-records.ts';
import { readDockerState } from '../../../src/programs/docker-state.ts';
import { shellKinds } from '../../support/shells.ts';
import { ableToHideRun, DockerBed } from './docker-bed.ts';

if (!ableToHideRun) console.warn('LEFT OUT: docker-state needs root and mount namespaces of Linux');

const DEAD = 'd'.repeat(64);
const LIVE = 'a'.repeat(64);
const GONE = 'e'.repeat(64);
const ASK = { deadlineMs: 3000, want: 'dead', asked: [] } as const;
const TAB = '\t';

/** One line of `docker inspect` as the format asks for it. */
function inspected(id: string, name: string, status: string, state: { running: boolean; dead: boolean }): string {
  const json = [`/${name}`, 'busybox:1', status, state.running, state.dead, state.running ? 812 : 0];
  const times = ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:05:05.123456789Z', 'always', false];
  const fields = [...json, ...times, null, ['', '', '', 'shop', '', null]].map((field) => JSON.stringify(field));
  return ['u', id, ...fields].join(TAB);
}

describe.skipIf(!ableToHideRun).each(shellKinds())('docker-state under $name', (shell) => {
  let bed: DockerBed;
  beforeEach(async () => {
    bed = new DockerBed();
    await bed.serve({});
  });
  afterEach(() => bed.close());

  const asked = () =>
    readFileSync(join(bed.directory, 'asked'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[2]);
  const look = async (question: Parameters<typeof readDockerState>[1] = ASK, socket = true) =>
    readDockerState(bed.host(shell, { socket }), question);
  const known = async (question: Parameters<typeof readDockerState>[1] = ASK, socket = true): Promise<DockerLook> => {
    const answer = await look(question, socket);
    if (answer.kind !== 'known') throw new Error(JSON.stringify(answer));
    return answer.look;
  };
  const list = (...lines: readonly string[]) => `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}`;
  const line = (id: string, name: string, status: string) => ['u', id, name, 'busybox:1', status].join(TAB);
  const typical = (status: string, dead = true) => `case $1 in
    ps) ${list(line(LIVE, 'web,web2/alias', 'Up 3 minutes (healthy)'), line(DEAD, 'app', status), line(GONE, 'old', 'Exited (0) 2 days ago'))} ;;
    info) ${list(['u', '20.10.24', 'overlay2', bed.dataRoot, 'true'].join(TAB))} ;;
    inspect) ${list(inspected(LIVE, 'web', 'running', { running: true, dead: false }), inspected(DEAD, 'app', dead ? 'dead' : 'removing', { running: false, dead }))} ;;
    *) exit 9 ;; esac`;

  it('asks one question where nothing is dead', async () => {
    bed.client(
      list(line(LIVE, 'web', 'Up 3 minutes'), line(GONE, 'old', 'Exited (0) 2 days ago'), line(DEAD, 'new', 'Created')),
    );
    const found = await known();
    expect(found).toMatchObject({ listed: 3, state: { source: 'daemon', containers: [] }, gaps: [] });
    expect(asked()).toEqual(['ps']);
  });

  it('tells of the engine where nothing is dead, if that is asked, and of no container', async () => {
    bed.client(typical('Exited (0) 2 days ago'));
    const found = await known({ ...ASK, want: 'engine' });
    expect(found.state).toMatchObject({ dataRoot: bed.dataRoot, driver: 'overlay2', containers: [] });
    expect(asked()).toEqual(['ps', 'info']);
  });

  it.each(['Dead', 'Removal In Progress', 'Removing', 'a state of tomorrow'])(
    'looks into what is %s',
    async (status) => {
      bed.client(typical(status));
      const found = await known();
      expect(found.state).toMatchObject({
        version: '20.10.24',
        driver: 'overlay2',
        dataRoot: bed.dataRoot,
        liveRestore: true,
      });
      const byName = new Map(found.state.containers.map((each) => [each.name, each]));
      expect([...byName.keys()].sort()).toEqual(['app', 'web']);
      expect(byName.get('app')).toMatchObject({
        id: DEAD,
        dead: true,
        removing: status === 'Removal In Progress',
        pid: 0,
      });
      expect(byName.get('web')).toMatchObject({ pid: 812, dead: false, status: 'running', restartPolicy: 'always' });
      expect(byName.get('web')?.labels).toEqual({ 'com.docker.compose.project': 'shop' });
      expect(Math.abs((found.hostTimeMs ?? 0) - Date.now())).toBeLessThan(3_600_000);
    },
  );

  it('takes what runs for alive, whatever else is said of it', async () => {
    bed.client(`case $1 in ps) ${list(line(DEAD, 'app', 'Dead'))} ;; info) ${list(['u', '1', 'o', '/x', ''].join(TAB))} ;;
      inspect) ${list(inspected(DEAD, 'app', 'dead', { running: true, dead: true }))} ;; esac`);
    expect((await known()).state.containers).toMatchObject([{ dead: false, removing: false }]);
  });

  it('names the directories that mounts of the dead sit on, by device and inode', async () => {
    const layer = 'b'.repeat(64);
    const merged = join(bed.dataRoot, 'overlay2', layer, 'merged');
    const ids = join(bed.dataRoot, 'image/overlay2/layerdb/mounts', DEAD);
    for (const directory of [merged, ids]) mkdirSync(directory, { recursive: true });
    writeFileSync(join(ids, 'mount-id'), layer);
    bed.client(typical('Dead'));
    const found = await known();
    const { dev, ino } = statSync(merged);
    expect(found.directories).toEqual([{ path: merged, identity: `${dev}:${ino}` }]);
    expect(found.state.containers.find((each) => each.id === DEAD)?.mountId).toBe(layer);
  });

  it('looks into those that are asked for by name or id, dead or not', async () => {
    const exited = `case $1 in ps) ${list(line(GONE, 'old', 'Exited (0) 2 days ago'), line(LIVE, 'web', 'Up 1 second'))} ;;
      info) ${list(['u', '1', 'o', '/x', ''].join(TAB))} ;; inspect) shift; echo "$*" >&2 ;; esac`;
    bed.client(exited);
    for (const word of ['old', GONE.slice(0, 12), GONE]) {
      await look({ ...ASK, asked: [word] });
      const lines = readFileSync(join(bed.directory, 'asked'), 'utf8').split('\n');
      expect(
        lines.findLast((each) => each.includes(' inspect ')),
        word,
      ).toContain(GONE);
      rmSync(join(bed.directory, 'asked'));
    }
    await look({ ...ASK, asked: ['nobody', 'ol'] });
    expect(asked().at(-1)).toBe('ps');
  });

  it('asks no more once the daemon was late, and reads its files', async () => {
    bed.client('exec sleep 60');
    bed.writeState(DEAD, STATE('"Running":false', '"Dead":true'));
    bed.writeState(LIVE, STATE('"Running":true', '"Dead":false'));
    bed.writeState(GONE, '');
    const found = await known({ ...ASK, deadlineMs: 1000 });
    expect(asked()).toEqual(['ps']);
    expect(found.state).toMatchObject({ source: 'disk', driver: 'overlay2', dataRoot: bed.dataRoot });
    expect(found.state.silent).toContain('not answered in 1 s');
    expect(found.state.containers).toMatchObject([
      { id: LIVE, status: 'running', dead: false, pid: 812, name: 'app' },
      { id: DEAD, status: 'dead', dead: true, image: 'busybox:1', finishedAt: '2026-01-02T03:05:05Z' },
    ]);
    expect(found.gaps).toHaveLength(1);
  });

  it('takes a refusal and an answer without sense for silence, never for an empty list', async () => {
    bed.writeState(DEAD, STATE('"Running":false', '"Dead":true'));
    bed.client('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect((await known()).state).toMatchObject({ source: 'disk', containers: [{ id: DEAD }] });
    bed.client(`case $1 in ps) ${list(line(DEAD, 'app', 'Dead'))} ;; *) echo garbage; exit 3 ;; esac`);
    expect((await known()).state.source).toBe('disk');
  });

  it('reads the text of info where the client knows no format for it', async () => {
    const text = list(
      'Containers: 2',
      'Server Version: 1.12.6',
      'Storage Driver: devicemapper',
      ` Docker Root Dir: ${bed.dataRoot}`,
      'Live Restore Enabled: false',
    );
    bed.client(
      typical('Dead').replace(
        /info\) .* ;;\n/,
        `info) [ "$#" = 1 ] || { echo "unknown flag: --format" >&2; exit 125; }; ${text} ;;\n`,
      ),
    );
    expect((await known()).state).toMatchObject({
      version: '1.12.6',
      driver: 'devicemapper',
      dataRoot: bed.dataRoot,
      liveRestore: false,
    });
  });

  it('keeps the others if one goes away between list and look', async () => {
    // Docker 1.12 stops at the first that is gone.
    bed.client(
      `case "$*" in "ps -a -q"*) ${list(LIVE, GONE)}; exit ;; esac; ${typical('Dead').replace(/inspect\).*esac/s, `inspect) case "$*" in *${DEAD}*${LIVE}*) echo gone >&2; exit 1 ;; *) ${list(inspected(LIVE, 'web', 'running', { running: true, dead: false }))} ;; esac ;; esac`)}`,
    );
    const found = await known();
    expect(found.state.containers.map((each) => each.name)).toEqual(['web']);
    expect(found.gaps).toEqual([]);
  });

  it('does not take one that it cannot look into for one that went away', async () => {
    const still = `case "$*" in "ps -a -q"*) ${list(LIVE, DEAD, GONE)}; exit ;; esac;`;
    const some = `inspect) echo 'Error response from daemon: layer does not exist'; ${list(inspected(LIVE, 'web', 'running', { running: true, dead: false }))}; exit 1 ;; esac`;
    bed.client(`${still} ${typical('Dead').replace(/inspect\).*esac/s, some)}`);
    const found = await known();
    expect(found.state.containers.map((each) => each.name)).toEqual(['web']);
    expect(found.gaps).toEqual([{ what: `container ${DEAD}`, why: 'its state cannot be read' }]);
    bed.client(`${still} ${typical('Dead').replace(/inspect\).*esac/s, 'inspect) echo garbage; exit 1 ;; esac')}`);
    expect((await known()).gaps).toHaveLength(2);
    const sweep = async () => observeSweep(bed.host(shell, { socket: true }), deadContainersParams.parse({}));
    expect(await sweep()).toMatchObject({ kind: 'unknown', error: { code: 'E_UNKNOWN' } });
    bed.client(list(line(LIVE, 'web', 'Up 3 minutes')));
    expect(await sweep()).toMatchObject({ kind: 'known', state: { targets: [] } });
  });

  it('reads past warnings, and takes an answer without a data root for silence', async () => {
    bed.writeState(DEAD, STATE('"Running":false', '"Dead":true'));
    const noisy =
      'echo "WARNING: Error loading config file: /root/.docker/config.json"; echo "WARNING: No swap limit support" >&2';
    bed.client(`${noisy}; ${typical('Dead')}`);
    expect((await known()).state).toMatchObject({ source: 'daemon', dataRoot: bed.dataRoot, containers: [{}, {}] });
    bed.client(`${noisy}; ${typical('Dead').replace(bed.dataRoot, '')}`);
    expect((await known()).state).toMatchObject({ source: 'disk', dataRoot: bed.dataRoot });
    bed.client(`${noisy}; ${typical('Dead').replace(/info\) .* ;;/, 'info) echo ;;')}`);
    expect((await known()).state.source).toBe('disk');
  });

  it('knows that there is no Docker at all', async () => {
    expect(existsSync('/var/lib/docker/containers')).toBe(false);
    bed.client('exit 1');
    expect(await look(ASK, false)).toMatchObject({ kind: 'none' });
    bed.writeState(DEAD, STATE('"Running":false', '"Dead":true'));
    expect((await known(ASK, false)).state).toMatchObject({ source: 'disk', containers: [{ dead: true }] });
  });
});

const client = spawnSync('docker', ['--version'], { encoding: 'utf8' });
if (client.status !== 0) console.warn('LEFT OUT: no docker client here, so the formats are not tried on a real one');

describe.skipIf(!ableToHideRun || client.status !== 0)('docker-state with the real client', () => {
  it('reads its answers by our formats, also of a container without a graph driver', async () => {
    const bed = new DockerBed();
    const state = {
      Status: 'dead',
      Running: false,
      Dead: true,
      Pid: 0,
      StartedAt: '2026-01-02T03:04:05Z',
      FinishedAt: 'x',
    };
    const config = { Image: 'busybox:1', Labels: { 'com.docker.compose.project': 'sh\top "a"' } };
    const host = { RestartPolicy: { Name: 'always' }, Privileged: true };
    const container = { Name: '/app', State: state, Config: config, HostConfig: host };
    const graph = { Name: 'overlay2', Data: { MergedDir: '/x/merged' } };
    const listed = (Id: string, name: string, Status: string) => ({
      Id,
      Names: [`/${name}`],
      Image: 'busybox:1',
      Status,
    });
    await bed.serve({
      '/_ping': 'OK',
      '/containers/json': [
        listed(DEAD, 'app', 'Dead'),
        listed(LIVE, 'web', 'Up 3 minutes'),
        listed(GONE, 'old', 'Dead'),
      ],
      '/info': { ServerVersion: '29.0.0', Driver: 'overlay2', DockerRootDir: '/x', LiveRestoreEnabled: false },
      [`/containers/${DEAD}/json`]: { Id: DEAD, ...container, GraphDriver: graph },
      [`/containers/${LIVE}/json`]: {
        Id: LIVE,
        ...container,
        State: { ...state, Status: 'running', Running: true, Dead: false, Pid: 1234567 },
      },
      [`/containers/${GONE}/json`]: null,
    });
    const [shell] = shellKinds();
    const answer = await readDockerState(bed.host(shell ?? never(), { socket: true, realClient: true }), ASK);
    await bed.close();
    if (answer.kind !== 'known') throw new Error(JSON.stringify(answer));
    expect(answer.look.state).toMatchObject({ source: 'daemon', version: '29.0.0', liveRestore: false });
    expect(answer.look.state.containers).toMatchObject([
      {
        id: DEAD,
        dead: true,
        rootPath: '/x/merged',
        privileged: true,
        labels: { 'com.docker.compose.project': 'sh\top "a"' },
      },
      { id: LIVE, dead: false, pid: 1234567, status: 'running' },
    ]);
    expect(answer.look.state.containers[1]).not.toHaveProperty('rootPath');
  });
});

function never(): never {
  throw new Error('there is no shell');
}

/** config.v2.json with a label and an environment that look like a state, and would mislead a careless reader. */
function STATE(running: string, dead: string): string {
  const flags = `${running},"Paused":false,"Restarting":false,"OOMKilled":false,"RemovalInProgress":false,${dead}`;
  const pid = running.includes('true') ? 812 : 0;
  return `{"StreamConfig":{},"State":{${flags},"Pid":${pid},"ExitCode":0,"Error":"{\\"Dead\\":false}","StartedAt":"2026-01-02T03:04:05Z","FinishedAt":"2026-01-02T03:05:05Z","Health":null},"ID":"x","Config":{"Hostname":"h","Env":["A=\\"Dead\\":false,\\"Running\\":true","PASSWORD=secret"],"Image":"busybox:1","Labels":{"Dead":"false"}},"Image":"sha256:123","Name":"/app","Driver":"overlay2","MountPoints":{"/data":{"Name":"volume"}}}`;
}
