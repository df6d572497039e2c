import { beforeEach, describe, expect, it } from 'vitest';
import { sweepHook } from '../../support/compiled-hook.ts';
import { canMakeHosts, dead, type HookWorld, openHookWorld, up } from './hook-world.ts';

const able = canMakeHosts();

/** A file system for the hook's own files that has room for so much. */
const small = (option: string) =>
  `mkdir -p /run/unbusy; chmod 700 /run/unbusy; mount -t tmpfs -o mode=700,${option} none /run/unbusy`;

describe.skipIf(!able).each(['dash', 'bash', '/bin/busybox sh'])('the files of a compiled hook, under %s', (shell) => {
  let world: HookWorld;
  beforeEach(async () => {
    world = await openHookWorld(
      [up('web'), dead('app', 'cadvisor'), dead('batch', 'ntpd')],
      sweepHook({ docker_deadline: '5s' }),
    );
    return () => world.close();
  });

  it('never takes what it had no room to write down for all there is', async () => {
    const before = world.picture();
    for (const size of [4, 12, 16, 24, 32, 40]) {
      await world.run(small(`size=${size}k`));
      const run = await world.hook('--strict --dry-run --only name=batch', shell);
      expect([run.code, run.result.rc], `${size} KiB\n${run.text}`).toEqual([12, '12']);
      expect(run.text).toContain('there is no room in /run/unbusy/hook.lock');
      await world.run('umount /run/unbusy');
    }
    expect(world.picture()).toEqual(before);
    // With room, the same call finds what there is, and of that only what --only names.
    await world.run(small('size=1m'));
    const run = await world.hook('--strict --dry-run --only name=batch', shell);
    expect([run.code, run.result.left, run.text.includes('cadvisor')], run.text).toEqual([10, '1', false]);
  });

  it.each([1, 2, 3])('says that there is no room for its lock, with %i inodes, and blocks nobody', async (inodes) => {
    await world.run(small(`nr_inodes=${inodes}`));
    const run = await world.hook('--budget 9', shell);
    expect([run.code, run.result.rc, run.result.released], run.text).toEqual([0, '12', '0']);
    expect(run.text).toContain('there is no room for the lock');
    expect(run.text).not.toContain('another run');
  });

  it('takes no device and no pipe for a log or a status file', async () => {
    await world.run('rm -f /tmp/null; mknod -m 666 /tmp/null c 1 3; mkfifo -m 644 /tmp/pipe');
    for (const file of ['/tmp/null', '/tmp/pipe']) {
      const run = await world.hook(`--dry-run --budget 20 --log ${file} --status ${file}`, shell, 'timeout -s KILL 15');
      expect([run.code, run.result.rc, run.result.log], run.text).toEqual([0, '10', '/var/log/unbusy/sweep-dead.log']);
    }
    expect(await world.run("stat -c '%F %a' /tmp/null /tmp/pipe; ls /tmp")).toBe(
      'character special file 666\nfifo 644\nhook.sh\nnull\npipe\n',
    );
    const plain = await world.hook('--dry-run --log /tmp/log --status /tmp/status', shell);
    expect([plain.result.log, await world.run('stat -c %a /tmp/log /tmp/status')]).toEqual(['/tmp/log', '600\n600\n']);
  });

  it('blocks nobody where /var hangs: it works, keeps no log, and leaves no process behind', async () => {
    // Each waits as it would for a file system that is frozen; what is none of /var goes on.
    for (const tool of ['chmod', 'mkdir']) {
      await world.run(
        `real=$(command -v ${tool}); printf '#!/bin/sh\\ncase "$*" in */var/*) exec sleep 1000 ;; esac\\nexec %s "$@"\\n' "$real" >/usr/local/sbin/${tool}; /bin/chmod 755 /usr/local/sbin/${tool}`,
      );
    }
    const run = await world.hook('--strict', shell, 'env TMPDIR=/var/tmp timeout -s KILL 40');
    expect([run.code, run.result], run.text).toMatchObject([0, { left: '0', unknown: '0', rc: '0' }]);
    expect(Number(run.result.released)).toBeGreaterThan(1);
    expect([await world.held('app'), await world.held('web')]).toEqual([false, true]);
    // What was killed may still be on its way out.
    const left = () => world.run('grep -lx sleep /proc/[0-9]*/comm; ls -A /run/unbusy');
    await expect.poll(left, { timeout: 5000 }).toBe('');
  });

  it('replaces the verdict of the run before also where it could not begin, and leaves none that is not of this run', async () => {
    const status = '/var/lib/unbusy/hook/sweep-dead.json';
    const told = async () => JSON.parse(await world.run(`cat ${status}`)) as { rc: number; unknown: number };
    expect((await world.hook('--strict', shell)).code).toBe(0);
    expect(await told()).toMatchObject({ rc: 0, unknown: 0 });
    await world.hook('--budget 0', shell);
    expect(await told()).toMatchObject({ rc: 64, unknown: 1 });
    await world.run(small('nr_inodes=1'));
    await world.hook('', shell);
    expect(await told()).toMatchObject({ rc: 12, unknown: 1 });
    await world.run('umount /run/unbusy');
    await world.hook('', shell);
    expect(await told()).toMatchObject({ rc: 0, unknown: 0 });
    // A full disk: the file before is of another run.
    const disk = 'mount -t tmpfs -o size=4k none /var/lib/unbusy/hook';
    await world.run(`cp ${status} /tmp/kept; ${disk}; cp /tmp/kept ${status}`);
    expect((await world.hook('', shell)).result.rc).toBe('0');
    expect(await world.run('ls -A /var/lib/unbusy/hook')).toBe('');
  });
});
