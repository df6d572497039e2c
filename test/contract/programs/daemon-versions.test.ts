import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDaemonVersions, versionIn } from '../../../src/programs/daemon-versions.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

let sandbox: ReturnType<typeof makeSandbox>;
let child: ChildProcess | undefined;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(async () => {
  if (child !== undefined) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  child = undefined;
  sandbox.remove();
});

describe.each(shellKinds())('the versions of programs that run, under $name', (shell) => {
  it('are those of the files that run, and of programs in PATH; what tells none is named', async () => {
    const program = join(sandbox.path, 'dockerd');
    copyFileSync(realpathSync('/usr/bin/perl'), program);
    child = spawn(program, ['-e', 'sleep 1000'], { stdio: 'ignore' });
    const { pid } = child;
    writeFileSync(join(sandbox.path, 'runc'), '#!/bin/sh\necho runc version 1.1.5+ds1\necho commit: 2\n', {
      mode: 0o755,
    });
    const host = new ShellHost({ ...shell, path: `${sandbox.path}:${shell.path}` });
    const look = await readDaemonVersions(host, [
      { component: 'dockerd', pid },
      { component: 'runc', pid: undefined },
      { component: 'kubelet', pid: undefined },
      // A pid that is none.
      { component: 'containerd', pid: 2 ** 22 + 1 },
    ]);
    if (look.kind === 'unknown') throw look.error;
    expect(look.versions).toEqual([
      { component: 'dockerd', version: expect.stringMatching(/^5\.\d+\.\d+$/) },
      { component: 'runc', version: '1.1.5+ds1' },
    ]);
    expect(look.untold).toEqual(['kubelet', 'containerd']);
  });

  it.runIf(process.getuid?.() === 0)('are not asked of a program that another user runs', async () => {
    const program = join(sandbox.path, 'kubelet');
    copyFileSync(realpathSync('/usr/bin/perl'), program);
    chmodSync(sandbox.path, 0o755);
    child = spawn(program, ['-e', 'print "up"; close STDOUT; sleep 1000'], {
      uid: 65_534,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout ?? child, 'data');
    const look = await readDaemonVersions(new ShellHost(shell), [{ component: 'kubelet', pid: child.pid }]);
    expect(look).toEqual({ kind: 'known', versions: [], untold: ['kubelet'] });
  });

  it('are not waited for', async () => {
    writeFileSync(join(sandbox.path, 'runc'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
    const host = new ShellHost({ ...shell, path: `${sandbox.path}:${shell.path}` });
    expect(await readDaemonVersions(host, [{ component: 'runc', pid: undefined }])).toMatchObject({
      kind: 'known',
      versions: [],
      untold: ['runc'],
    });
  });
});

it.each([
  ['Docker version 20.10.24+dfsg1, build 297e128', '20.10.24+dfsg1'],
  ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3', '1.6.20~ds1'],
  ['containerd github.com/containerd/containerd/v2 v2.0.5 fb4c30d', '2.0.5'],
  ['Kubernetes v1.28.2', '1.28.2'],
  ['runc version 1.0.0-rc93', '1.0.0-rc93'],
  ['This is perl 5, version 36, subversion 0 (v5.36.0)', '5.36.0'],
  ['usage: thing', ''],
])('the version in %j', (line, version) => {
  expect(versionIn(line)).toBe(version);
});
