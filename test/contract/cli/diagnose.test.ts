import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleInto } from '../../support/bundle.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('LEFT OUT: a diagnosis of this machine needs root');

/** This machine itself: whatever stands still on it now decides between these. */
const JUDGED = [0, 3, 9];

describe.skipIf(!isRoot)('diagnose, on this machine', () => {
  let folder: string;
  let bundle: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unbusy-diagnose-'));
    bundle = await bundleInto(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const argv = (...args: readonly string[]) => [bundle, 'diagnose', '-i', 'here,', '--transport', 'local', ...args];
  const ended = (...args: readonly string[]) =>
    spawnSync(process.execPath, argv(...args), { encoding: 'utf8', cwd: folder });

  it('gives one JSON object, whose exit code is its own', () => {
    const { stdout, status } = ended('--json', '--since', '1h');
    const json = JSON.parse(stdout) as { exitCode: number; hosts: readonly { measured: object }[] };
    expect(json).toMatchObject({ schema: 'unbusy/diagnose/1', exitCode: status, hosts: [{ host: 'here' }] });
    expect(json.hosts[0]?.measured).toHaveProperty('stuck_tasks');
    expect(JUDGED).toContain(status);
  });

  it('looks as often as it is asked to, and ends by itself', () => {
    const { stdout, stderr, status } = ended('--watch', '--every', '100ms', '--samples', '3', '--json');
    const json = JSON.parse(stdout) as { looks: readonly object[]; last: { exitCode: number } };
    expect(json.looks).toHaveLength(3);
    expect(json).toMatchObject({ schema: 'unbusy/diagnose-watch/1', last: { exitCode: status } });
    expect(stderr.match(/ look \d: .*Nothing was changed/g)).toHaveLength(3);
    expect(JUDGED).toContain(status);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends a watch by %s with a summary and %i', async (signal, code) => {
    const child = spawn(process.execPath, argv('--watch', '--every', '1h'), { cwd: folder });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    await new Promise<void>((done) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said.err += chunk.toString();
        if (said.err.includes('look 1: ')) done();
      });
    });
    child.kill(signal);
    expect(await new Promise((done) => child.once('close', done))).toBe(code);
    expect(said.out.trimEnd().split('\n').at(-1)).toBe('1 look; the verdicts are those of the last.');
    expect(said.out).toContain('Nothing was changed.');
  });

  it('keeps the verdicts of the last whole look where a signal cuts the next one short', async () => {
    const child = spawn(process.execPath, argv('--watch', '--every', '1ms'), { cwd: folder });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    await new Promise<void>((done) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said.err += chunk.toString();
        if (said.err.includes('look 1: ')) setTimeout(done, 100);
      });
    });
    child.kill('SIGTERM');
    expect(await new Promise((done) => child.once('close', done))).toBe(143);
    expect(said.out).toContain('the verdicts are those of the last.');
    expect(said.out).not.toContain('could not be looked at');
    expect(said.out).not.toContain('0 of 1 host could be looked at');
  });

  it('refuses what means nothing without --watch, before any host is looked at', () => {
    for (const option of [
      ['--samples', '2'],
      ['--every', '5s'],
    ]) {
      const { stdout, stderr, status } = ended(...option);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${option[0]} means nothing without --watch`);
    }
  });
});
