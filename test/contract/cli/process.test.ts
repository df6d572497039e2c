import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleInto } from '../../support/bundle.ts';

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-process-'));
  // Runs are recorded there, and not in the home of whoever runs the tests.
  process.env.XDG_STATE_HOME = join(folder, 'state');
  bundle = await bundleInto(folder);
  const play = (name: string, argv: string) =>
    writeFileSync(
      join(folder, name),
      `- hosts: all\n  tasks:\n    - name: step\n      command:\n        argv: ${argv}\n        changed_when: "false"\n`,
    );
  play('nap.yml', '[/bin/sleep, "30"]');
  play('env.yml', `[/bin/sh, -c, "env > ${join(folder, 'seen')}"]`);
  play('true.yml', '[/bin/true]');
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, [bundle, ...args], { cwd: folder, env: { ...process.env, ...env } });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return Object.assign(child, { said: () => text });
}

function outputOf(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.once('close', (code) => done(code)));

/** Waits for a word on stderr, so that nothing here hangs on how fast the machine is. */
async function hears(child: ReturnType<typeof start>, word: string): Promise<void> {
  while (!child.said().includes(word)) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before "${word}": ${child.said()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Two hosts one after the other, so that the second is never started once the first was interrupted. */
const NAP = ['run', 'nap.yml', '-i', 'a,b,', '--transport', 'local', '-f', '1', '-vv', '--color', 'never'];

describe('the process', () => {
  it('ends in 143 on SIGTERM, with a recap and the command to go on', async () => {
    const child = start(NAP);
    const out = outputOf(child);
    await hears(child, 'a  connected');
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(143);
    expect(out()).toMatch(/\n {4}unbusy resume [0-9a-f]{6}\n/);
    expect(out().trimEnd().split('\n').at(-1)).toBe('exit 143: terminated');
    expect(child.said()).toContain('E_INTERRUPTED');
  });

  it('goes on after one ^C, ends work at the second, and leaves with 130', async () => {
    const child = start(NAP);
    const out = outputOf(child);
    await hears(child, 'a  connected');
    child.kill('SIGINT');
    await hears(child, 'no further host is started');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
    expect(out()).toMatch(/not-reached +1 {2}b\n/);
  });

  it('is not disturbed by a reader that went away', () => {
    const line = `${process.execPath} ${bundle} run true.yml -i a, --transport local --jsonl 2>err | head -n 1; echo "\${PIPESTATUS[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' });
    const [first = '', codes] = stdout.trimEnd().split('\n');
    expect(JSON.parse(first)).toMatchObject({ schema: 'unbusy/event/1', seq: 0 });
    expect(codes).toBe('0 0');
    expect(readFileSync(join(folder, 'err'), 'utf8')).not.toContain('EPIPE');
  });

  it.skipIf(!existsSync('/dev/full'))('does not end in 0 when the result is lost, nor end work for a lost log', () => {
    const status = (redirect: string) => {
      const line = `${process.execPath} ${bundle} run true.yml -i a, --transport local --json ${redirect}`;
      return spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' });
    };
    const lost = status('>/dev/full');
    expect([lost.status, lost.stderr.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      'The result could not be written to stdout: ENOSPC',
    ]);
    const quiet = status('2>/dev/full');
    expect([quiet.status, JSON.parse(quiet.stdout).exitCode]).toEqual([0, 0]);
  });

  it('keeps the password, and only that, from its children', async () => {
    const env = { UNBUSY_BECOME_PASSWORD: 'hunter2', UNBUSY_CANARY: 'seen' };
    const child = start(['run', 'env.yml', '-i', 'a,', '--transport', 'local'], env);
    expect(await ended(child)).toBe(0);
    const seen = readFileSync(join(folder, 'seen'), 'utf8');
    expect(seen).toContain('UNBUSY_CANARY=seen');
    expect(seen).not.toContain('hunter2');
  });

  it('writes the result to stdout and the rest to stderr', () => {
    const args = ['run', 'true.yml', '-i', 'a,', '--transport', 'local', '--json'];
    const { stdout, stderr, status } = spawnSync(process.execPath, [bundle, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'unbusy/run/1', exitCode: 0 });
    expect(stderr).toContain('true.yml: 1 host, 1 task');
  });

  it('ends why by its deadline with 124, and by a signal with 143 or 130', async () => {
    // It takes connections, and never says a word.
    const mute = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
    const { port } = mute.address() as AddressInfo;
    const why = ['why', '127.0.0.1', '/x', '-i', `127.0.0.1:${port},`];
    const overdue = start([...why, '--timeout', '300ms']);
    expect(await ended(overdue)).toBe(124);
    expect(overdue.said()).toContain('E_DEADLINE: the deadline of why passed');
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const connected = new Promise((done) => mute.once('connection', done));
      const child = start(why);
      await connected;
      child.kill(signal);
      expect(await ended(child)).toBe(code);
      expect(child.said()).toContain('E_INTERRUPTED');
    }
    await new Promise((done) => mute.close(done));
  });
});
