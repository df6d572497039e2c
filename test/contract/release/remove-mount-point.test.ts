import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quotePosix } from '../../../src/core/text.ts';
import { removeMountPoint } from '../../../src/programs/remove-mount-point.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf } from '../scan/bed.ts';
import { tableOf } from './witness.ts';

const able = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (!able) console.warn('LEFT OUT: remove-mount-point needs root and mount namespaces of Linux');

describe.skipIf(!able).each(shellKinds())('remove-mount-point under $name', (shell) => {
  const host = new ShellHost(shell);
  const namespace = namespaceOf(process.pid) ?? 0;
  let bed: Bed;
  let count = 0;
  beforeAll(() => {
    bed = new Bed();
  });
  afterAll(() => bed.close());

  const witness = (path: string) => {
    const { dev, ino } = statSync(path);
    return { path, identity: `${dev}:${ino}`, namespace };
  };
  const folder = () => bed.folder(`points-${count++}`);

  it.each(NASTY_NAMES.filter((name) => !name.includes('/')))(
    'removes %j, and with it what sits on it elsewhere',
    async (name) => {
      const path = join(folder(), name);
      mkdirSync(path);
      const pid = await bed.hold(`mount -t tmpfs leak ${quotePosix(path)}; echo ready; exec sleep 300`);
      expect(tableOf(pid).some((mount) => mount.point === path)).toBe(true);
      const answer = await removeMountPoint(host, witness(path));
      // Before Linux 3.18 the kernel keeps it: then nothing may have happened.
      if (answer.kind === 'busy') expect(existsSync(path)).toBe(true);
      else
        expect([answer.kind, existsSync(path), tableOf(pid).some((mount) => mount.point === path)]).toEqual([
          'done',
          false,
          false,
        ]);
    },
  );

  it('leaves a directory that is another, that is full, that carries a mount, or that a link leads to', async () => {
    const base = folder();
    const path = join(base, 'point');
    mkdirSync(path);
    const old = witness(path);
    renameSync(path, join(base, 'moved'));
    mkdirSync(path);
    expect(await removeMountPoint(host, old)).toMatchObject({ kind: 'stale' });
    expect(await removeMountPoint(host, { ...witness(path), namespace: 1 })).toMatchObject({ kind: 'stale' });
    writeFileSync(join(path, '.hidden'), '');
    expect(await removeMountPoint(host, witness(path))).toMatchObject({
      kind: 'busy',
      by: 'the directory is not empty',
    });
    symlinkSync(base, join(base, 'link'));
    expect(
      await removeMountPoint(host, { ...witness(join(base, 'moved')), path: join(base, 'link', 'moved') }),
    ).toMatchObject({ kind: 'stale' });
    symlinkSync(join(base, 'moved'), join(base, 'end'));
    expect(await removeMountPoint(host, { ...witness(join(base, 'moved')), path: join(base, 'end') })).toMatchObject({
      kind: 'stale',
    });
    expect(['point', 'moved', 'end'].every((name) => existsSync(join(base, name)))).toBe(true);
    expect(await removeMountPoint(host, witness(join(base, 'moved')))).toMatchObject({ kind: 'done' });
  });

  it('leaves what is mounted here under another name, and does not blame an old kernel alone', async () => {
    const base = folder();
    for (const name of ['layer', 'layer/merged', 'alias']) mkdirSync(join(base, name));
    const script = `mount --bind ${base}/layer ${base}/alias; mount -t tmpfs own ${base}/alias/merged; echo ready; exec sleep 300`;
    const pid = await bed.hold(script);
    const inside = new ShellHost({ ...shell, command: ['nsenter', '-m', '-t', String(pid), ...shell.command] });
    const path = join(base, 'layer', 'merged');
    const answer = await removeMountPoint(inside, { ...witness(path), namespace: namespaceOf(pid) ?? 0 });
    expect(answer).toMatchObject({ kind: 'busy', by: expect.stringContaining('here under another name') });
    expect(tableOf(pid).some((mount) => mount.source === 'own')).toBe(true);
    // From where it is mounted nowhere, the same directory goes.
    expect((await removeMountPoint(host, witness(path))).kind).not.toBe('stale');
  });

  it('leaves what is mounted in its own namespace', async () => {
    const base = folder();
    const inside = new ShellHost({
      ...shell,
      command: [
        'unshare',
        '-m',
        '--propagation',
        'private',
        'sh',
        '-c',
        `mkdir ${base}/m; mount -t tmpfs m ${base}/m; exec "$@"`,
        'sh',
        ...shell.command,
      ],
    });
    const answer = await removeMountPoint(inside, { path: `${base}/m`, identity: '1:1', namespace: 1 });
    expect(answer.kind).toBe('stale');
    rmdirSync(`${base}/m`);
  });

  it('names an immutable directory', async () => {
    const base = folder();
    mkdirSync(join(base, 'kept'));
    if (shell.name === 'busybox' || spawnSync('chattr', ['+i', join(base, 'kept')]).status !== 0) return;
    const answer = await removeMountPoint(host, witness(join(base, 'kept'))).finally(() =>
      spawnSync('chattr', ['-i', join(base, 'kept')]),
    );
    expect(answer).toMatchObject({ kind: 'denied' });
    expect(JSON.stringify(answer)).toContain('immutable');
  });

  it('refuses a path that it could not mean', async () => {
    for (const path of ['relative', '/', '/one', `${folder()}/../x`, '//a/b']) {
      expect((await removeMountPoint(host, { path, identity: '1:1', namespace })).kind, path).toBe('failed');
    }
  });
});
