import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDockerUnitFiles, type UnitFilesLook } from '../../../src/programs/docker-unit-files.ts';
import { statPath, witnessOf } from '../../../src/programs/stat-path.ts';
import { sha256 } from '../../../src/programs/write-file.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import {
  layDockerUnit,
  packagedUnit,
  pictureOfDockerUnit,
  putDropIn,
  underDockerUnit,
} from '../../support/docker-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const ROOT = process.getuid?.() === 0;
const DIRECTORY = '/etc/systemd/system/docker.service.d';

function known(look: UnitFilesLook) {
  if (look.kind !== 'known') throw new Error(`not known: ${JSON.stringify(look)}`);
  return look.files;
}

describe.runIf(CAN_UNSHARE && ROOT).each(shellKinds())('the files of docker.service under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());
  const host = () => new ShellHost(underDockerUnit(shell, sandbox.path));
  const look = () => readDockerUnitFiles(host());

  it('come in their order, byte for byte, with what a write needs, and are left as they are', async () => {
    const odd = '[Service]\r\nEnvironment="A=\\\\ \tb"\\\n  # ü\n\nMountFlags=slave';
    layDockerUnit(sandbox.path, { unit: packagedUnit(), inEtc: true, dropIns: { 'b.conf': odd, 'a b.conf': '\n\n' } });
    const before = pictureOfDockerUnit(sandbox.path);
    const { files, directory, writable, gone, unread } = known(await look());
    expect(files.map(({ path, text }) => [path, text])).toEqual([
      ['/etc/systemd/system/docker.service', packagedUnit()],
      [`${DIRECTORY}/a b.conf`, '\n\n'],
      [`${DIRECTORY}/b.conf`, odd],
    ]);
    for (const file of files) {
      expect(file).toMatchObject({ loaded: true, target: file.path, sha256: sha256(Buffer.from(file.text)) });
      const found = await statPath(host(), { path: file.path, follow: false, hash: false, names: false });
      expect(found.ok && witnessOf(found.found)).toBe(file.witness);
    }
    expect([directory, writable, gone, unread]).toEqual([true, true, [], []]);
    expect(pictureOfDockerUnit(sandbox.path)).toEqual(before);
  });

  it('include what systemd has not read yet, and name what it has read and is gone', async () => {
    layDockerUnit(sandbox.path, { unit: packagedUnit(), dropIns: { 'a.conf': '[Service]\n' } });
    putDropIn(sandbox.path, 'b.conf', '[Service]\nMountFlags=slave\n');
    rmSync(join(sandbox.path, 'etc/docker.service.d/a.conf'));
    const { files, gone } = known(await look());
    expect(files.slice(1).map(({ path, loaded }) => [path, loaded])).toEqual([[`${DIRECTORY}/b.conf`, false]]);
    expect(gone).toEqual([`${DIRECTORY}/a.conf`]);
  });

  it('say where a link leads, and what cannot be read', async () => {
    layDockerUnit(sandbox.path, { unit: packagedUnit() });
    const drops = join(sandbox.path, 'etc/docker.service.d');
    mkdirSync(join(drops, 'c.conf'), { recursive: true });
    symlinkSync(join(sandbox.path, 'vendor/docker.service'), join(drops, 'b.conf'));
    writeFileSync(join(drops, 'd.conf'), 'x'.repeat(70_000));
    symlinkSync('/dev/null', join(drops, 'e.conf'));
    const { files, unread } = known(await look());
    expect(files.slice(1).map(({ path, target, text }) => [path, target, text])).toEqual([
      [`${DIRECTORY}/b.conf`, join(sandbox.path, 'vendor/docker.service'), packagedUnit()],
      [`${DIRECTORY}/e.conf`, '/dev/null', ''],
    ]);
    expect(unread.map(({ path }) => path)).toEqual([`${DIRECTORY}/c.conf`, `${DIRECTORY}/d.conf`]);
  });

  it('are known where there are none, and not where systemd is silent', async () => {
    layDockerUnit(sandbox.path, { unit: packagedUnit() });
    expect(known(await look())).toMatchObject({ directory: false, writable: true });
    writeFileSync(join(sandbox.path, 'read-only'), '');
    expect(known(await look())).toMatchObject({ writable: false });
    writeFileSync(join(sandbox.path, 'no-systemd'), '');
    expect(await look()).toEqual({ kind: 'no-systemd' });
    rmSync(join(sandbox.path, 'no-systemd'));
    writeFileSync(join(sandbox.path, 'bin/systemctl'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(sandbox.path, 'bin/systemctl'), 0o755);
    expect(await look()).toMatchObject({ kind: 'unknown', error: { code: 'E_UNKNOWN' } });
  });
});
