import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statPath, witnessOf } from '../../../src/programs/stat-path.ts';
import { type FileWrite, MAX_CONTENT_BYTES, sha256, writeFile } from '../../../src/programs/write-file.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox, pictureOf } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const ROOT = process.getuid?.() === 0;

describe.each(shellKinds())('write-file under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  /** A write that is right for what is at the path now. */
  async function planned(path: string, content: Uint8Array, more: Partial<FileWrite> = {}): Promise<FileWrite> {
    const look = await statPath(host, { path, follow: more.follow ?? false, hash: true, names: false });
    if (!look.ok) throw look.error;
    const oldSha256 = 'sha256' in look.found ? look.found.sha256 : undefined;
    const base = { follow: false, mode: '0640', owner: '', group: '', backupSuffix: '' };
    return { path, content, witness: witnessOf(look.found), oldSha256, ...base, ...more };
  }

  it('writes any bytes, also NUL, and sets the mode', async () => {
    const path = join(sandbox.path, 'bytes');
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
    expect(await writeFile(host, await planned(path, bytes))).toEqual({ kind: 'done' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(readdirSync(sandbox.path)).toEqual(['bytes']);
  });

  it('writes the largest content that is allowed, and an empty one', async () => {
    const large = Buffer.alloc(MAX_CONTENT_BYTES, '%\\0é\n');
    const path = join(sandbox.path, 'large');
    expect(await writeFile(host, await planned(path, large))).toEqual({ kind: 'done' });
    expect(sha256(readFileSync(path))).toBe(sha256(large));
    expect(await writeFile(host, await planned(path, new Uint8Array()))).toEqual({ kind: 'done' });
    expect(readFileSync(path).length).toBe(0);
  });

  it.each(NASTY_NAMES)('takes %j as a name and as content, and executes nothing of it', async (name) => {
    const path = join(sandbox.path, name);
    expect(await writeFile(host, await planned(path, Buffer.from(name)))).toEqual({ kind: 'done' });
    expect(readFileSync(path, 'utf8')).toBe(name);
    expect(readdirSync(sandbox.path)).toEqual([name]);
  });

  it('refuses if the file changed after it was looked at, and leaves it alone', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'before');
    const write = await planned(path, Buffer.from('ours'));
    writeFileSync(path, 'theirs');
    const picture = pictureOf(sandbox.path);
    expect((await writeFile(host, write)).kind).toBe('stale');
    expect(pictureOf(sandbox.path)).toEqual(picture);
  });

  it('refuses if a file came where none was, or turned into a link', async () => {
    const path = join(sandbox.path, 'file');
    const write = await planned(path, Buffer.from('ours'));
    symlinkSync('/etc/passwd', path);
    expect((await writeFile(host, write)).kind).toBe('stale');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('says that the directory is missing', async () => {
    const step = await writeFile(host, await planned(join(sandbox.path, 'no', 'file'), Buffer.from('x')));
    expect(step).toMatchObject({
      kind: 'denied',
      why: expect.stringContaining('the directory above it does not exist'),
    });
    expect(readdirSync(sandbox.path)).toEqual([]);
  });

  it('follows a link only if told so', async () => {
    const target = join(sandbox.path, 'target\n');
    const link = join(sandbox.path, 'link');
    writeFileSync(target, 'old');
    symlinkSync('target\n', link);
    expect(await writeFile(host, await planned(link, Buffer.from('new'), { follow: true }))).toEqual({ kind: 'done' });
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('keeps the old file under the name of the backup', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'old');
    expect(await writeFile(host, await planned(path, Buffer.from('new'), { backupSuffix: '.old' }))).toEqual({
      kind: 'done',
    });
    expect(readFileSync(`${path}.old`, 'utf8')).toBe('old');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('leaves other hard links with the old content', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'old');
    linkSync(path, join(sandbox.path, 'other'));
    await writeFile(host, await planned(path, Buffer.from('new')));
    expect(readFileSync(join(sandbox.path, 'other'), 'utf8')).toBe('old');
  });

  it.runIf(ROOT)('loses nothing on a full disk, and leaves no temporary file', async () => {
    const mount = join(sandbox.path, 'full');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', mount]);
    try {
      const path = join(mount, 'file');
      writeFileSync(path, 'old');
      writeFileSync(join(mount, 'filler'), Buffer.alloc(40_000));
      const step = await writeFile(host, await planned(path, Buffer.alloc(60_000, 'x')));
      expect(step).toMatchObject({ kind: 'denied', why: expect.stringContaining('no space is left') });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(mount).sort()).toEqual(['file', 'filler']);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it.runIf(ROOT)('names a read-only file system and a mount point', async () => {
    const mount = join(sandbox.path, 'read only');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', 'none', mount]);
    try {
      const path = join(mount, 'file');
      const other = join(sandbox.path, 'bound');
      writeFileSync(path, 'old');
      writeFileSync(other, 'below');
      execFileSync('mount', ['--bind', path, other]);
      const bound = await writeFile(host, await planned(other, Buffer.from('new')));
      execFileSync('umount', [other]);
      expect(bound).toMatchObject({ kind: 'busy', by: expect.stringContaining('something is mounted on it') });
      execFileSync('mount', ['-o', 'remount,ro', mount]);
      const step = await writeFile(host, await planned(path, Buffer.from('new')));
      expect(step).toMatchObject({ kind: 'denied', why: expect.stringContaining('mounted read-only') });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(mount)).toEqual(['file']);
      expect(readdirSync(sandbox.path).sort()).toEqual(['bound', 'read only']);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it('keeps owner numbers only where the host lets us', async () => {
    const path = join(sandbox.path, 'file');
    const step = await writeFile(host, await planned(path, Buffer.from('x'), { owner: '12345', group: '54321' }));
    if (ROOT) {
      expect(step).toEqual({ kind: 'done' });
      expect([statSync(path).uid, statSync(path).gid]).toEqual([12345, 54321]);
    } else {
      expect(step).toMatchObject({ kind: 'denied', why: expect.stringContaining('owner') });
      expect(existsSync(path)).toBe(false);
    }
  });
});
