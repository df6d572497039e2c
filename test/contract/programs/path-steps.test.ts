import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../../src/programs/make-directory.ts';
import { readFile } from '../../../src/programs/read-file.ts';
import { removePath } from '../../../src/programs/remove-path.ts';
import { setAttributes } from '../../../src/programs/set-attributes.ts';
import { statPath, witnessOf } from '../../../src/programs/stat-path.ts';
import { sha256 } from '../../../src/programs/write-file.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox, pictureOf } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

describe.each(shellKinds())('steps on a path under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  async function witness(path: string, follow = false): Promise<string> {
    const look = await statPath(host, { path, follow, hash: false, names: false });
    if (!look.ok) throw look.error;
    return witnessOf(look.found);
  }

  const remove = async (path: string, more: { oldSha256?: string; backupSuffix?: string } = {}) =>
    removePath(host, { path, witness: await witness(path), oldSha256: undefined, backupSuffix: '', ...more });
  const attributes = { mode: '', owner: '', group: '' };

  it.each(NASTY_NAMES)('makes, changes and removes %j', async (name) => {
    const path = join(sandbox.path, name);
    expect(await makeDirectory(host, { path, mode: '0750', owner: '', group: '' })).toEqual({ kind: 'done' });
    expect(statSync(path).mode & 0o7777).toBe(0o750);
    const step = { path, follow: false, witness: await witness(path), ...attributes, mode: '0711' };
    expect(await setAttributes(host, step)).toEqual({ kind: 'done' });
    expect(statSync(path).mode & 0o7777).toBe(0o711);
    expect(await remove(path)).toEqual({ kind: 'done' });
    expect(readdirSync(sandbox.path)).toEqual([]);
  });

  it('refuses what moved since it was looked at', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'x', { mode: 0o600 });
    const old = await witness(path);
    chmodSync(path, 0o644);
    const picture = pictureOf(sandbox.path);
    const step = { path, follow: false, witness: old, ...attributes, mode: '0777' };
    expect((await setAttributes(host, step)).kind).toBe('stale');
    expect((await removePath(host, { path, witness: old, oldSha256: undefined, backupSuffix: '' })).kind).toBe('stale');
    expect((await remove(path, { oldSha256: sha256(Buffer.from('y')) })).kind).toBe('stale');
    expect((await makeDirectory(host, { path, mode: '0755', owner: '', group: '' })).kind).toBe('stale');
    expect(pictureOf(sandbox.path)).toEqual(picture);
    expect(await remove(path, { oldSha256: sha256(Buffer.from('x')) })).toEqual({ kind: 'done' });
  });

  it('never removes what lies in a directory, hidden entries included', async () => {
    for (const inside of ['file', '.hidden', '..odd']) {
      const path = join(sandbox.path, `with ${inside}`);
      mkdirSync(path);
      writeFileSync(join(path, inside), '');
      expect(await remove(path)).toMatchObject({ kind: 'busy', by: expect.stringContaining('not empty') });
      expect(existsSync(join(path, inside))).toBe(true);
    }
  });

  it('removes a link and not what it leads to', async () => {
    mkdirSync(join(sandbox.path, 'target'));
    symlinkSync('target', join(sandbox.path, 'link'));
    expect(await remove(join(sandbox.path, 'link'))).toEqual({ kind: 'done' });
    expect(readdirSync(sandbox.path)).toEqual(['target']);
  });

  it('changes what a link leads to only if told to follow', async () => {
    const link = join(sandbox.path, 'link');
    writeFileSync(join(sandbox.path, 'target'), '', { mode: 0o600 });
    symlinkSync('target', link);
    const followed = await witness(link, true);
    const step = { path: link, witness: followed, ...attributes, mode: '0640' };
    expect((await setAttributes(host, { ...step, follow: false })).kind).toBe('stale');
    expect(await setAttributes(host, { ...step, follow: true })).toEqual({ kind: 'done' });
    expect(statSync(link).mode & 0o7777).toBe(0o640);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('makes no directory above, and says so', async () => {
    const step = await makeDirectory(host, { path: join(sandbox.path, 'a', 'b'), mode: '0755', owner: '', group: '' });
    expect(step).toMatchObject({ kind: 'denied', why: expect.stringContaining('directory above') });
    expect(readdirSync(sandbox.path)).toEqual([]);
  });

  it('keeps a copy of what it removes', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'kept');
    expect(await remove(path, { backupSuffix: '.old' })).toEqual({ kind: 'done' });
    expect(readdirSync(sandbox.path)).toEqual(['file.old']);
  });

  it('reads small text, and nothing else', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'no newline');
    expect(await readFile(host, path)).toEqual({ ok: true, text: 'no newline' });
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
    expect(await readFile(host, path)).toEqual({ ok: true, text: undefined });
    writeFileSync(path, 'x'.repeat(70_000));
    expect(await readFile(host, path)).toEqual({ ok: true, text: undefined });
    expect(await readFile(host, sandbox.path)).toEqual({ ok: true, text: undefined });
  });
});
