import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DaemonProcess } from '../../../src/diagnosis/daemon-facts.ts';
import { readDaemonProcesses } from '../../../src/programs/daemon-process.ts';
import { dumpDirectories, readDumpFile } from '../../../src/programs/goroutine-file.ts';
import { type SignalWitness, signalDockerd } from '../../../src/programs/signal-dockerd.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { API_SERVER, listening } from '../../support/stand-in-api.ts';

let sandbox: ReturnType<typeof makeSandbox>;
let child: ChildProcess;
let stacks: string;

beforeEach(async () => {
  sandbox = makeSandbox();
  stacks = join(sandbox.path, 'run');
  mkdirSync(stacks);
  const program = join(sandbox.path, 'dockerd');
  copyFileSync(realpathSync('/usr/bin/perl'), program);
  const socket = join(sandbox.path, 'api.sock');
  const args = [
    API_SERVER,
    'silent',
    `unix://${socket}`,
    '--exec-root',
    stacks,
    '--data-root',
    join(sandbox.path, 'none'),
  ];
  child = spawn(program, args, { stdio: 'ignore' });
  await listening(socket);
});
afterEach(async () => {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  sandbox.remove();
});

describe.each(shellKinds())('the goroutines that a dockerd writes down, under $name', (shell) => {
  const host = new ShellHost(shell);

  async function look(): Promise<{ daemon: DaemonProcess; witness: SignalWitness }> {
    const seen = await readDaemonProcesses(host);
    if (seen.kind === 'unknown') throw seen.error;
    const daemon = seen.processes.find(({ pid }) => pid === child.pid);
    if (daemon === undefined) throw new Error('the dockerd of this test was not seen');
    const { pid, startTime, exe } = daemon;
    return { daemon, witness: { pid, startTime, exe, directories: dumpDirectories(daemon) } };
  }

  it('are asked for by a signal and read from the file', async () => {
    const { daemon, witness } = await look();
    expect(await readDumpFile(host, daemon)).toEqual({ kind: 'none' });
    expect(await signalDockerd(host, witness)).toEqual({
      kind: 'done',
      note: expect.stringContaining(`written to ${stacks}/goroutine-stacks-`),
    });
    const file = await readDumpFile(host, daemon);
    if (file.kind !== 'read') throw new Error(file.kind);
    expect(
      file.dump.groups.map(({ count, frames, longestMinutes }) => [count, frames[0]?.name, longestMinutes]),
    ).toEqual([[1, 'github.com/docker/docker/daemon.(*Daemon).Kill', 3]]);
    expect(readFileSync(file.path, 'utf8')).toContain('kill.go:1');
  });

  it('are not asked of another process under that pid, or of one that is stopped', async () => {
    const { witness } = await look();
    expect(await signalDockerd(host, { ...witness, startTime: '1' })).toMatchObject({ kind: 'stale' });
    expect(await signalDockerd(host, { ...witness, exe: '/usr/sbin/dockerd' })).toMatchObject({ kind: 'stale' });
    child.kill('SIGSTOP');
    expect(await signalDockerd(host, witness)).toMatchObject({
      kind: 'denied',
      why: expect.stringContaining('state T'),
    });
    child.kill('SIGCONT');
    expect(readdirSync(stacks)).toEqual([]);
  });

  it('are not believed if they are older than the process', async () => {
    const { daemon } = await look();
    const path = join(stacks, 'goroutine-stacks-2020-01-01T000000Z.log');
    writeFileSync(path, 'goroutine 1 [select]:\nmain.main()\n\t/x/main.go:1\n');
    expect((await readDumpFile(host, daemon)).kind).toBe('read');
    utimesSync(path, 1_000_000, 1_000_000);
    expect((await readDumpFile(host, daemon)).kind).toBe('none');
  });
});
