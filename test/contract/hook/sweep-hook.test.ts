import { describe, expect, it } from 'vitest';
import { sweepHook } from '../../support/compiled-hook.ts';
import { canMakeHosts, dead, type HookWorld, KINDS, openHookWorld, up } from './hook-world.ts';

const able = canMakeHosts();
if (!able) console.warn('LEFT OUT: a hook on a host of namespaces needs root and mount namespaces of Linux');

const CONTAINERS = [up('web'), dead('app', 'cadvisor'), dead('batch', 'node_exporter')];

/** Opens a world, uses it, and closes it whatever happens. */
async function inWorld(hook: string, use: (world: HookWorld) => Promise<void>, containers = CONTAINERS): Promise<void> {
  const world = await openHookWorld(containers, hook);
  try {
    await use(world);
  } finally {
    await world.close();
  }
}

/** The container that lives, as its process sees it. */
const life = (world: HookWorld) =>
  world.run(
    `pid=$(docker inspect --format '{{.State.Pid}}' web); readlink /proc/$pid/ns/mnt; cat /proc/$pid/mountinfo`,
  );

describe.skipIf(!able)('a compiled hook on a host', () => {
  describe.each(KINDS)('under $name', ({ shell, prepare }) => {
    it.each([
      ['by the directory', ['rmdir', 'unmount']],
      ['in the namespace of the holder', ['unmount']],
    ])('frees what is dead %s, spares what lives, and finds nothing to do afterwards', async (_way, release) => {
      await inWorld(sweepHook({ release }), async (world) => {
        await world.run(prepare);
        const before = world.picture();
        const alive = await life(world);
        const planned = await world.hook('--dry-run', shell);
        expect([planned.code, planned.result], planned.text).toMatchObject([
          0,
          { released: '0', unknown: '0', rc: '10' },
        ]);
        expect(Number(planned.result.left)).toBeGreaterThan(1);
        expect(world.picture()).toEqual(before);

        const run = await world.hook('--strict', shell);
        expect([run.code, run.result], run.text).toMatchObject([
          0,
          { released: planned.result.left, left: '0', unknown: '0', rc: '0' },
        ]);
        expect([await world.held('app'), await world.held('batch'), await world.held('web')]).toEqual([
          false,
          false,
          true,
        ]);
        expect(await world.run("docker ps -a --format '{{.Names}}'")).toBe('web\n');
        expect(await life(world)).toBe(alive);

        const after = world.picture();
        const again = await world.hook('--strict', shell);
        expect([again.code, again.result], again.text).toMatchObject([
          0,
          { released: '0', left: '0', unknown: '0', rc: '0' },
        ]);
        expect(world.picture()).toEqual(after);
      });
    });
  });

  it('writes a log and a status that nobody else can read, and says the same in both', async () => {
    await inWorld(sweepHook(), async (world) => {
      const run = await world.hook();
      expect(run.result.log).toBe('/var/log/unbusy/sweep-dead.log');
      const modes = await world.run('stat -c "%a %n" /var/log/unbusy/* /var/lib/unbusy/hook/*');
      expect(modes).toBe('600 /var/log/unbusy/sweep-dead.log\n600 /var/lib/unbusy/hook/sweep-dead.json\n');
      const status = JSON.parse(await world.run('cat /var/lib/unbusy/hook/sweep-dead.json'));
      expect(status).toMatchObject({
        schema: 'unbusy/hook/1',
        released: Number(run.result.released),
        left: 0,
        unknown: 0,
        rc: 0,
      });
      expect([...status.removed].sort()).toEqual([world.id('app'), world.id('batch')].sort());
      expect(await world.run('ls -A /run/unbusy')).toBe('');
    });
  });

  it('leaves alone what somebody living has mounted on it, by default without an error', async () => {
    await inWorld(
      sweepHook(),
      async (world) => {
        const inHolder = (command: string) =>
          world.run(
            `for p in /proc/[0-9]*; do read -r c <$p/comm; [ "$c" = cadvisor ] && nsenter --mount=$p/ns/mnt ${command}; done`,
          );
        const merged = (name: string) => `/var/lib/docker/overlay2/${world.layer(name)}/merged`;
        const web = `/var/lib/docker/overlay2/${world.layer('web')}`;
        await world.run(`mkdir ${web}/more ${web}/work2`);
        const options = `lowerdir=${web}/lower,upperdir=${web}/more,workdir=${web}/work2`;
        await inHolder(
          `sh -c 'mkdir ${merged('app')}/live; mount -t overlay overlay -o ${options} ${merged('app')}/live'`,
        );
        expect(await inHolder('cat /proc/self/mountinfo')).toContain('/live ');
        const table = () => inHolder('cat /proc/self/mountinfo');
        const before = await table();
        const run = await world.hook('--only name=app');
        expect([run.code, run.result.released, run.result.rc], run.text).toEqual([0, '0', '10']);
        expect((await world.hook('--only name=app --strict')).code).toBe(10);
        expect(await table()).toBe(before);
      },
      [up('web'), dead('app', 'cadvisor')],
    );
  });

  it('does nothing in the namespace of whoever is on the never list, and does the rest', async () => {
    await inWorld(sweepHook({ never: ['cadv*'] }), async (world) => {
      const run = await world.hook('--strict');
      expect([run.code, await world.held('app')], run.text).toEqual([10, true]);
      expect(run.text).toContain('cadvisor is on the never list');
    });
  });

  it('takes only what --only names', async () => {
    await inWorld(sweepHook(), async (world) => {
      const none = await world.hook('--only name=other-* --only id=0123456789ab');
      expect(none.result, none.text).toMatchObject({ released: '0', left: '0', rc: '0' });
      const one = await world.hook(`--only id=${world.id('batch').slice(0, 12)}`);
      expect([one.result.rc, await world.held('app')], one.text).toEqual(['0', true]);
      const other = await world.hook('--only "name=ap*"');
      expect([other.result.rc, await world.held('app')], other.text).toEqual(['0', false]);
      for (const wrong of ['--only app', '--only "name=a b"', '--only', '--no-such', '--budget 0']) {
        const refused = await world.hook(wrong);
        expect([refused.code, refused.result.rc], refused.text).toEqual([0, '64']);
      }
    });
  });
});
