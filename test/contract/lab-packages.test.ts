import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSandbox } from '../support/sandbox.ts';

const SCRIPT = resolve(import.meta.dirname, '../../scripts/lab-packages');

describe('scripts/lab-packages', () => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
    symlinkSync('/usr/bin/grep', join(sandbox.path, 'grep'));
  });
  afterEach(() => sandbox.remove());

  const command = (name: string, text: string) =>
    writeFileSync(join(sandbox.path, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const log = () => readFileSync(join(sandbox.path, 'log'), 'utf8');
  const run = () => spawnSync('/bin/sh', [SCRIPT], { encoding: 'utf8', env: { PATH: sandbox.path } });

  /** A Debian of this user that lacks gawk. */
  const debian = (uid: number) => {
    command('apt-get', `echo "$@" >> ${sandbox.path}/log`);
    command('id', `echo ${uid}`);
    command('dpkg-query', 'case "$4" in gawk) exit 1 ;; esac; echo "install ok installed"');
  };

  it('installs what is missing as root, and says what', () => {
    debian(0);
    expect(run()).toMatchObject({ status: 0, stdout: 'lab-packages: installing: gawk\n', stderr: '' });
    expect(log()).toBe('update -q\ninstall -y -q --no-install-recommends gawk\n');
  });

  it('without root installs nothing, names what is missing and how to install it', () => {
    debian(1000);
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toContain('takes root, so these stay missing: gawk\n');
    expect(stdout).toContain('sudo scripts/lab-packages');
    expect(log).toThrow();
  });

  it('is silent where nothing is missing, root or not', () => {
    debian(1000);
    command('dpkg-query', 'echo "install ok installed"');
    expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('says where there is no apt-get', () => {
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('no apt-get here') });
  });
});
