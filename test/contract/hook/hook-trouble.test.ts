import { beforeEach, describe, expect, it } from 'vitest';
import { sweepHook } from '../../support/compiled-hook.ts';
import {
  canMakeHosts,
  dead,
  type HookWorld,
  openHookWorld,
  readRun,
  up,
  writeStates as writeAll,
} from './hook-world.ts';

const able = canMakeHosts();

const SHELLS = ['dash', 'bash', '/bin/busybox sh'] as const;

/** A docker client that never answers, and stays until it is killed. */
const DEAF = "printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/bin/docker";

describe.skipIf(!able).each(SHELLS)('a compiled hook in trouble, under %s', (shell) => {
  let world: HookWorld;
  beforeEach(async () => {
    world = await openHookWorld(
      [up('web'), dead('app', 'cadvisor'), dead('batch', 'ntpd')],
      sweepHook({ docker_deadline: '30s' }),
    );
    return () => world.close();
  });

  const writeStates = () => writeAll(world, { app: 'dead', batch: 'dead', web: 'running' });
  /** Ends what plays dockerd, and waits until it is gone. */
  const killDaemon = () =>
    world.run(
      'read -r p </run/docker.pid; kill -9 "$p"; while [ -e "/proc/$p" ]; do sleep 0.02; done; rm /run/docker.pid',
    );
  const stopDocker = async () => {
    await killDaemon();
    await world.run('rm /usr/local/bin/docker; umount /run/docker.sock; rm /run/docker.sock');
  };

  it('frees mounts without dockerd and without its client, and leaves the containers', async () => {
    await writeStates();
    await stopDocker();
    const run = await world.hook('--strict', shell);
    expect([run.code, run.result.left, run.result.unknown], run.text).toEqual([0, '0', '0']);
    expect(Number(run.result.released)).toBeGreaterThan(1);
    expect([await world.held('app'), await world.held('batch'), await world.held('web')]).toEqual([false, false, true]);
    expect((await world.run('ls /var/lib/docker/containers')).trim().split('\n')).toHaveLength(3);
    expect((await world.hook('--strict', shell)).result).toMatchObject({ released: '0', left: '0', rc: '0' });
  });

  it('takes a socket that nobody answers at for a daemon that was stopped, and a daemon that refuses for an open question', async () => {
    await writeStates();
    await world.run("printf '#!/bin/sh\\nexit 1\\n' >/usr/local/bin/docker");
    await world.run(
      `rm -r /var/lib/docker/containers/${world.id('app')} /var/lib/docker/containers/${world.id('batch')}`,
    );
    const refused = await world.hook('--strict', shell);
    expect([refused.code, refused.result.unknown], refused.text).toEqual([14, '1']);
    await killDaemon();
    const stopped = await world.hook('--strict', shell);
    expect([stopped.code, stopped.result.unknown], stopped.text).toEqual([0, '0']);
  });

  it('frees what a daemon holds that runs and does not answer, and says each time that the rest is not known', async () => {
    await writeStates();
    await world.run("printf '#!/bin/sh\\nexit 1\\n' >/usr/local/bin/docker");
    const freed = await world.hook('--strict', shell);
    expect([freed.code, freed.result.left, freed.result.unknown], freed.text).toEqual([14, '0', '1']);
    expect([Number(freed.result.released) > 0, await world.held('app')], freed.text).toEqual([true, false]);
    const twice = await world.hook('--strict', shell);
    expect([twice.code, twice.result.released, twice.result.unknown], twice.text).toEqual([14, '0', '1']);
    await killDaemon();
    const stopped = await world.hook('--strict', shell);
    expect([stopped.code, stopped.result.unknown], stopped.text).toEqual([0, '0']);
  });

  it('finds a product by its label in the files, and no other', async () => {
    await writeStates();
    await stopDocker();
    const none = await world.hook('--only label=com.example.product=sho', shell);
    expect(none.result, none.text).toMatchObject({ released: '0', rc: '0' });
    const run = await world.hook('--only label=com.example.product=shop', shell);
    expect([run.result.rc, await world.held('app'), await world.held('batch')], run.text).toEqual(['0', false, true]);
  });

  it('says that it does not know where the files cannot be understood, and frees nothing', async () => {
    await writeStates();
    await world.run(`echo broken >/var/lib/docker/containers/${world.id('web')}/config.v2.json`);
    await stopDocker();
    const run = await world.hook('--strict', shell);
    expect([run.code, run.result.released], run.text).toEqual([10, '0']);
    expect(Number(run.result.unknown)).toBeGreaterThan(0);
    expect(await world.held('app')).toBe(true);
  });

  it('keeps its budget while docker hangs, exits 0, and leaves no process and no lock behind', async () => {
    await world.run(DEAF);
    const run = await world.hook('--budget 2', shell);
    expect([run.code, run.result.rc, run.result.released], run.text).toEqual([0, '13', '0']);
    await expect.poll(world.sleeping, { timeout: 5000 }).toBe('');
    expect(await world.run('ls -A /run/unbusy')).toBe('');
    expect((await world.hook('--budget=2 --strict', shell)).code).toBe(13);
    expect(await world.held('app')).toBe(true);
  });

  /** Command lines of what a hook started and has not ended. */
  const tasksLeft = () =>
    world.run(`for each in /proc/[0-9]*; do
      words=$(tr '\\0' ' ' <"$each/cmdline")
      case $words in *words=*) ;; *hook.sh* | 'sleep '*) echo "$words" ;; esac
    done 2>/dev/null`);

  it('leaves nobody that watches over it, however soon its work ends', async () => {
    // The watch is ended as soon as it was started, as where there is no room for what is found; and only then.
    await world.run("sed -i -e '/^  end_watch$/d' -e 's/^  watcher=\\$!$/  watcher=$!; end_watch/' /tmp/hook.sh");
    expect(await world.run("grep 'end_watch$' /tmp/hook.sh")).toBe('  watcher=$!; end_watch\n');
    for (let times = 0; times < 3; times++) {
      const run = await world.hook('--dry-run --budget 300', shell);
      expect([run.code, run.result.rc], run.text).toEqual([0, '10']);
    }
    await expect.poll(world.sleeping, { timeout: 5000 }).toBe('');
  });

  it('ends a step with it: what a signal finds in the middle of an unmount does not go on without a lock', async () => {
    await world.run(`tool=$(command -v perl); printf '#!/bin/sh\nsleep 30; exec %s "$@"\n' "$tool" >/usr/local/sbin/perl
      chmod 755 /usr/local/sbin/perl`);
    const said = await world.run(`${shell} /tmp/hook.sh --strict >/tmp/out 2>&1 & hook=$!
      until cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q 'slee[p] 30'; do sleep 0.1; done
      kill "$hook"; wait "$hook"; echo "exit $?"`);
    expect(said).toBe('exit 143\n');
    await expect.poll(tasksLeft, { timeout: 5000 }).toBe('');
    expect([await world.held('app'), await world.held('web')]).toEqual([true, true]);
  });

  it('keeps what the caller reads to itself: none of its children could hold the caller up', async () => {
    await world.run(DEAF);
    const holders = await world.run(`${shell} /tmp/hook.sh --budget 60 >/tmp/out 2>&1 & hook=$!
      until grep -lx sleep /proc/[0-9]*/comm >/dev/null && [ -e /run/unbusy/hook.lock/said ]; do sleep 0.1; done
      sleep 1
      for each in /proc/[0-9]*; do
        words=$(tr '\\0' ' ' <"$each/cmdline")
        case $words in *until*) continue ;; *hook.sh*) echo "hook \${each#/proc/}" ;; 'sleep 60 ' | 'sleep 59 ') echo watched ;; esac
        ls -l "$each/fd" | grep -q ' -> /tmp/out$' && [ "\${each#/proc/}" != "$hook" ] && echo "held by $words"
      done 2>/dev/null
      kill "$hook"; wait "$hook"`);
    const lines = holders.trim().split('\n');
    expect(lines.filter((line) => line.startsWith('held'))).toEqual([]);
    // Itself, what works and what watches over that were all there.
    expect(lines.filter((line) => line.startsWith('hook ')).length).toBeGreaterThanOrEqual(3);
    expect(lines).toContain('watched');
  });

  it('refuses whoever is not root, and touches nothing', async () => {
    const before = world.picture();
    await world.run('chmod 755 /tmp/hook.sh');
    const run = await world.hook('', shell, 'setpriv --reuid=65534 --clear-groups');
    expect([run.code, run.result.rc, run.result.released], run.text).toEqual([0, '11', '0']);
    const strict = await world.hook('--strict', shell, 'setpriv --reuid=65534 --clear-groups');
    expect(strict.code).toBe(11);
    expect(world.picture()).toEqual(before);
  });

  it('runs twice at once: one waits for the other, and each mount is freed once', async () => {
    const text = await world.run(
      `${shell} /tmp/hook.sh --strict >/tmp/first 2>&1 & ${shell} /tmp/hook.sh --strict >/tmp/second 2>&1; a=$?; wait $!; echo "$a $?"; cat /tmp/first; echo exit 0; cat /tmp/second; echo exit 0`,
    );
    expect(text.split('\n')[0], text).toBe('0 0');
    const [first = '', second = ''] = text.split('exit 0\n');
    const released = [readRun(first), readRun(second)].map(({ result }) => Number(result.released)).sort();
    expect(released[0]).toBe(0);
    expect(released[1]).toBeGreaterThan(1);
    expect(await world.held('app')).toBe(false);
  });

  it('is killed in the middle, and does its work when it is started again', async () => {
    const docker = '/usr/local/bin/docker';
    await world.run(
      `mv ${docker} ${docker}.real; printf '#!/bin/sh\\n: >/tmp/asked; while [ -e /tmp/slow ]; do sleep 0.1; done; exec ${docker}.real "$@"\\n' >${docker}; chmod 755 ${docker}; : >/tmp/slow`,
    );
    const killed = await world.run(
      `${shell} /tmp/hook.sh --budget 30 >/tmp/first 2>&1 & until [ -e /tmp/asked ]; do sleep 0.05; done; kill -9 $!; wait $!; echo $?; ls /run/unbusy`,
    );
    expect(killed).toBe('137\nhook.lock\n');
    // What it started still works: a second one waits, and gives up in its own time.
    const waiting = await world.hook('--budget 2', shell);
    expect([waiting.code, waiting.result.rc], waiting.text).toEqual([0, '13']);
    await world.run('rm /tmp/slow');
    const run = await world.hook('--strict', shell);
    expect([run.code, run.result.left], run.text).toEqual([0, '0']);
    expect([await world.held('app'), await world.held('web')]).toEqual([false, true]);
    expect(await world.run('ls -A /run/unbusy')).toBe('');
  });
});
