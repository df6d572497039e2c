import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInventory } from '../../../src/config/inventory.ts';
import { fileReader } from '../../../src/config/text-reader.ts';
import { type Connector, prepareConnections } from '../../../src/connection/connect.ts';
import type { Session } from '../../../src/connection/session.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { type DemoFleet, startDemoFleet } from '../../../src/demo/fleet.ts';
import { runCommand } from '../../../src/programs/run-command.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';

/** Pids whose command line names the place; what would be left over of a fleet. */
function processesNaming(place: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(place);
    } catch {
      return false;
    }
  });
}

const WHY_NOT = CAN_UNSHARE ? '' : ' (left out: unshare(1) is not allowed on this machine)';

describe.runIf(CAN_UNSHARE)(`the demo fleet of namespaces${WHY_NOT}`, () => {
  let fleet: DemoFleet;
  let connector: Connector;
  const sessions = new Map<string, Session>();
  beforeAll(async () => {
    fleet = await startDemoFleet();
    const hosts = [...loadInventory(fleet.inventoryFile, fileReader).hosts.values()];
    connector = await prepareConnections(
      hosts.map(({ target }) => target),
      {
        environment: process.env,
        clock: systemClock,
        askPassphrase: async () => undefined,
        sshConfigFile: fleet.sshConfigFile,
      },
    );
    for (const { name, target } of hosts) {
      const opened = await connector.open(target);
      if (!opened.ok) throw opened.error;
      sessions.set(name, opened.session);
    }
  });
  afterAll(async () => {
    for (const session of sessions.values()) await session.close();
    connector?.close();
    await fleet?.stop();
  });

  async function on(host: string, shell: string) {
    const session = sessions.get(host);
    if (session === undefined) throw new Error(`no session on ${host}`);
    const none = { chdir: undefined, stdin: undefined, creates: undefined, removes: undefined, deadlineMs: undefined };
    const end = await runCommand(session, { form: 'shell', words: [shell], ...none });
    if (end.kind !== 'ended') throw new Error(`${shell} on ${host}: ${end.kind}`);
    return end;
  }

  it('gives each host a name and processes of its own, and hides this machine', async () => {
    expect([...sessions.keys()]).toEqual(['web-1', 'web-2', 'db-1', 'build-1']);
    expect((await on('web-1', 'cat /proc/[0-9]*/comm')).stdout).toContain('node_exporter');
    expect((await on('db-1', 'cat /proc/[0-9]*/comm')).stdout).not.toContain('node_exporter');
    expect((await on('db-1', `ls ${dirname(fleet.inventoryFile)}`)).exitCode).not.toBe(0);
    expect(readlinkSync('/proc/self/ns/mnt')).not.toBe((await on('db-1', 'readlink /proc/self/ns/mnt')).stdout.trim());
  });

  it('answers as docker does, in the formats that are asked for', async () => {
    const listed = await on(
      'web-2',
      `docker -H unix:///run/docker.sock ps -a --no-trunc --format '{{.Names}}={{.Status}}'`,
    );
    expect(listed.stdout.trim().split('\n').sort()).toEqual([
      'shop-api=Up 3 days',
      'shop-cart=Removal In Progress',
      'shop-mail=Dead',
    ]);
    const format = `{{json .State.Dead}} {{json (index .Config.Labels "x")}} {{with .Nothing}}a{{else}}b{{end}}{{with .GraphDriver}}c{{else}}d{{end}}`;
    expect((await on('web-2', `docker inspect --format '${format}' shop-mail`)).stdout).toBe('true null bc\n');
    expect((await on('web-2', 'docker inspect --format x nobody')).exitCode).toBe(1);
    expect((await on('web-2', 'docker pull x')).exitCode).toBe(125);
  });

  it('has real leaks: mounted in the holder, not on the host, and rm refused until they are gone', async () => {
    const merged = (
      await on(
        'build-1',
        `docker inspect --format '{{with .GraphDriver}}{{json (index .Data "MergedDir")}}{{end}}' ci-job-481`,
      )
    ).stdout
      .trim()
      .replaceAll('"', '');
    const holder = 'p=$(grep -lx ntpd /proc/[0-9]*/comm); p=$(dirname "$p")';
    expect((await on('build-1', `grep -c ' ${merged} ' /proc/1/mountinfo`)).stdout).toBe('0\n');
    expect((await on('build-1', `${holder}; grep -c ' ${merged} ' $p/mountinfo`)).stdout).toBe('1\n');
    const refused = await on('build-1', 'docker rm ci-job-481');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('device or resource busy') });
    expect((await on('build-1', `rmdir ${merged} && ${holder} && grep -c ' ${merged} ' $p/mountinfo`)).stdout).toBe(
      '0\n',
    );
    await on('build-1', `mkdir ${merged}`);
    expect(await on('build-1', 'docker rm ci-job-481')).toMatchObject({ exitCode: 0, stdout: 'ci-job-481\n' });
    expect((await on('build-1', `docker ps -a --format '{{.ID}}'`)).stdout).toBe('');
  });

  it('lets nobody in but the one key', async () => {
    const strangers = await startDemoFleet();
    const text = readFileSync(fleet.inventoryFile, 'utf8');
    const key = strangers.identityFile;
    const inventory = loadInventory('hosts.yml', {
      read: () => text.replace(fleet.identityFile, key),
      exists: () => false,
    });
    const target = inventory.hosts.get('db-1')?.target;
    if (target === undefined) throw new Error('no db-1');
    const other = await prepareConnections([target], {
      environment: {},
      clock: systemClock,
      askPassphrase: async () => undefined,
      sshConfigFile: fleet.sshConfigFile,
    });
    const opened = await other.open(target);
    other.close();
    await strangers.stop();
    expect(opened).toMatchObject({ ok: false, error: { code: 'E_AUTH' } });
  });
});

describe.runIf(CAN_UNSHARE)(`the end of the demo fleet${WHY_NOT}`, () => {
  it('leaves no process, no mount and no file', async () => {
    const fleet = await startDemoFleet();
    const scratch = dirname(fleet.inventoryFile);
    expect(processesNaming(scratch).length).toBeGreaterThan(0);
    expect(statSync(fleet.identityFile).mode & 0o777).toBe(0o600);
    await fleet.stop();
    await fleet.stop();
    expect(processesNaming(scratch)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'latin1')).not.toContain(scratch);
    expect(existsSync(scratch)).toBe(false);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no process after %s to the controller', async (signal) => {
    const directory = mkdtempSync(join(tmpdir(), 'unbusy-test-'));
    const bundle = join(directory, 'fleet.mjs');
    await build({
      stdin: {
        contents: `import { startDemoFleet } from './src/demo/fleet.ts';
          const fleet = await startDemoFleet();
          process.on('SIGINT', () => fleet.stop().then(() => process.exit(130)));
          console.log(fleet.inventoryFile);
          setInterval(() => {}, 1000);`,
        resolveDir: join(import.meta.dirname, '../../..'),
        loader: 'ts',
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      loader: { '.sh': 'text' },
      external: ['cpu-features', '*.node'],
      banner: {
        js: `import{createRequire as r}from'node:module';const require=r(import.meta.url),__filename='',__dirname='';`,
      },
    });
    const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(String(data))),
    );
    const scratch = dirname(said.trim());
    expect(processesNaming(scratch).length).toBeGreaterThan(0);
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await gone;
    for (let look = 0; look < 100 && processesNaming(scratch).length > 0; look++) await systemClock.sleep(50);
    expect(processesNaming(scratch)).toEqual([]);
    expect(existsSync(scratch)).toBe(signal === 'SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  });
});
