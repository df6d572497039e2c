import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PathFound, statPath } from '../../../src/programs/stat-path.ts';
import { sha256 } from '../../../src/programs/write-file.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox, pictureOf } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

describe.each(shellKinds())('stat-path under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  async function look(
    path: string,
    more: { follow?: boolean; hash?: boolean; names?: boolean } = {},
  ): Promise<PathFound> {
    const seen = await statPath(host, { path, follow: false, hash: true, names: false, ...more });
    if (!seen.ok) throw seen.error;
    return seen.found;
  }

  it.each(NASTY_NAMES)('tells of a file named %j what stat and sha256 tell', async (name) => {
    const path = join(sandbox.path, name);
    writeFileSync(path, name, { mode: 0o640 });
    chmodSync(path, 0o4640);
    const picture = pictureOf(sandbox.path);
    const size = Buffer.byteLength(name);
    expect(await look(path)).toMatchObject({ type: 'file', mode: '4640', size, sha256: sha256(Buffer.from(name)) });
    expect(pictureOf(sandbox.path)).toEqual(picture);
    rmSync(path);
    expect(await look(path)).toEqual({ type: 'absent' });
  });

  it('tells directories, links, dangling links and pipes apart, and never opens a pipe', async () => {
    const at = (name: string) => join(sandbox.path, name);
    mkdirSync(at('directory'), { mode: 0o711 });
    symlinkSync('directory', at('link'));
    symlinkSync('nowhere', at('dangling'));
    execFileSync('mkfifo', [at('pipe')]);
    expect(await look(at('directory'))).toMatchObject({ type: 'directory', mode: '0711' });
    expect(await look(at('link'))).toMatchObject({ type: 'symlink' });
    expect(await look(at('link'), { follow: true })).toMatchObject({ type: 'directory' });
    expect(await look(at('dangling'))).toMatchObject({ type: 'symlink' });
    expect(await look(at('dangling'), { follow: true })).toEqual({ type: 'dangling' });
    expect(await look(at('pipe'))).toMatchObject({ type: 'other' });
    expect(await look(join(at('pipe'), 'below'))).toEqual({ type: 'absent' });
  });

  it('gives names of owner and group only if asked', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, '');
    const owner = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    expect(await look(path, { names: true })).toMatchObject({ owner });
    expect(await look(path)).not.toHaveProperty('owner');
  });

  it('does not call a path absent that it may not look at', async () => {
    const setpriv = spawnSync('setpriv', ['--version']).status === 0 && process.getuid?.() === 0;
    const closed = join(sandbox.path, 'closed');
    mkdirSync(join(closed, 'below'), { recursive: true });
    chmodSync(closed, 0o700);
    const command = setpriv
      ? ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell.command]
      : shell.command;
    if (setpriv) execFileSync('chown', ['0:0', closed]);
    else chmodSync(closed, 0o000);
    const nobody = new ShellHost({
      ...shell,
      command,
      ...(setpriv && shell.name === 'busybox' ? { path: '/usr/bin:/bin' } : {}),
    });
    const seen = await statPath(nobody, { path: join(closed, 'below', 'x'), follow: false, hash: true, names: false });
    if (!setpriv) chmodSync(closed, 0o700);
    expect(seen).toMatchObject({ ok: false, error: { code: 'E_UNKNOWN' } });
    expect(await look(join(closed, 'below', 'x'))).toEqual({ type: 'absent' });
  });

  // busybox sh finds its applets without a PATH, so nothing can be missing there.
  it.runIf(shell.name !== 'busybox')('says which tool is missing', async () => {
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'x');
    const bare = new ShellHost({ ...shell, path: sandbox.path });
    const seen = await statPath(bare, { path, follow: false, hash: true, names: false });
    expect(seen).toMatchObject({ ok: false, error: { code: 'E_PREFLIGHT_TOOL' } });
  });

  it('takes openssl where sha256sum is missing', async (context) => {
    const openssl = ['/usr/bin/openssl', '/bin/openssl'].find((file) => spawnSync(file, ['version']).status === 0);
    const stat = ['/usr/bin/stat', '/bin/stat'].find((file) => spawnSync(file, ['/']).status === 0);
    if (openssl === undefined || stat === undefined) return context.skip('openssl is not installed');
    const bin = join(sandbox.path, 'bin');
    mkdirSync(bin);
    symlinkSync(openssl, join(bin, 'openssl'));
    symlinkSync(stat, join(bin, 'stat'));
    const path = join(sandbox.path, 'file');
    writeFileSync(path, 'x');
    const seen = await statPath(new ShellHost({ ...shell, path: bin }), {
      path,
      follow: false,
      hash: true,
      names: false,
    });
    expect(seen).toMatchObject({ ok: true, found: { sha256: sha256(Buffer.from('x')) } });
  });
});
