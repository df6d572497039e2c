import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSysctl } from '../../../src/programs/read-sysctl.ts';
import { setSysctl } from '../../../src/programs/set-sysctl.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { openSysctlWorld, type SysctlWorld } from '../../support/sysctl-world.ts';

const PATH = 'net/ipv4/ip_forward';

describe.runIf(CAN_UNSHARE).each(shellKinds())('programs for kernel parameters under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let world: SysctlWorld;
  let host: ShellHost;
  beforeEach(async () => {
    sandbox = makeSandbox();
    world = await openSysctlWorld(sandbox.path);
    host = new ShellHost(world.inside(shell));
  });
  afterEach(async () => {
    await world.close();
    sandbox.remove();
  });
  const put = (path: string, text: string) => writeFileSync(join(sandbox.path, path), text);
  const now = () => world.run(`cat /proc/sys/${PATH}`).trim();

  it('sets a parameter only from the value that was seen, and reads it back', async () => {
    expect(now()).toBe('0');
    expect(await setSysctl(host, { path: PATH, expected: '1', value: '1' })).toEqual({ kind: 'stale', found: '0' });
    expect(now()).toBe('0');
    expect(await setSysctl(host, { path: PATH, expected: '0', value: '1' })).toEqual({ kind: 'done' });
    expect(now()).toBe('1');
  });

  it('compares values of several words by their words', async () => {
    const path = 'net/ipv4/ip_local_port_range';
    expect(world.run(`cat /proc/sys/${path}`)).toContain('\t');
    const old = world.run(`cat /proc/sys/${path}`).trim().split(/\s+/).join(' ');
    expect(await setSysctl(host, { path, expected: old, value: '20000 30000' })).toEqual({ kind: 'done' });
    expect(await readSysctl(host, path)).toMatchObject({ ok: true, found: { value: '20000\t30000' } });
  });

  it('says what the kernel does not take', async () => {
    expect(await setSysctl(host, { path: PATH, expected: '0', value: 'no number' })).toEqual({
      kind: 'denied',
      why: `the kernel does not take no number for /proc/sys/${PATH}, and says 0`,
    });
    expect(await setSysctl(host, { path: 'net/no_such', expected: '0', value: '1' })).toMatchObject({ kind: 'stale' });
  });

  it('finds the lines that may speak of it, in all directories, without a last newline too', async () => {
    put('etc/sysctl.d/10-a.conf', '# ip_forward\nnet.ipv4.ip_forward=1\nvm.swappiness = 1');
    put('usr/lib/sysctl.d/50-b.conf', 'net/ipv4/ip_forward\t= 0\\');
    put('usr/lib/sysctl.d/60-none', 'net.ipv4.ip_forward = 7');
    symlinkSync('/dev/null', join(sandbox.path, 'etc/sysctl.d/70-masked.conf'));
    expect(await readSysctl(host, PATH)).toEqual({
      ok: true,
      found: {
        value: '0',
        files: expect.arrayContaining([
          '/etc/sysctl.d/10-a.conf',
          '/etc/sysctl.d/70-masked.conf',
          '/usr/lib/sysctl.d/50-b.conf',
        ]),
        lines: expect.arrayContaining([
          { path: '/etc/sysctl.d/10-a.conf', number: 1, text: '# ip_forward' },
          { path: '/etc/sysctl.d/10-a.conf', number: 2, text: 'net.ipv4.ip_forward=1' },
          { path: '/usr/lib/sysctl.d/50-b.conf', number: 1, text: 'net/ipv4/ip_forward\t= 0\\' },
        ]),
        closed: [],
      },
    });
  });

  it('knows a parameter that the kernel has not from one that it has', async () => {
    expect(await readSysctl(host, 'fs/no_such_parameter')).toMatchObject({ ok: true, found: { value: undefined } });
    expect(await readSysctl(host, 'fs')).toMatchObject({ ok: true, found: { value: undefined } });
    expect(await readSysctl(host, 'fs/file-max')).toMatchObject({ ok: true, found: { value: expect.any(String) } });
  });
});
