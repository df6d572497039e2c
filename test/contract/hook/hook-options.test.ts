import { beforeEach, describe, expect, it } from 'vitest';
import { sweepHook } from '../../support/compiled-hook.ts';
import { canMakeHosts, dead, type HookWorld, openHookWorld, up } from './hook-world.ts';

describe.skipIf(!canMakeHosts())('the options of a compiled hook', () => {
  let world: HookWorld;
  const open = async (hook: string) => {
    world = await openHookWorld([up('web'), dead('app', 'cadvisor'), dead('batch', 'ntpd')], hook);
  };
  beforeEach(() => async () => world?.close());
  const modeOf = (file: string) => world.run(`stat -c '%a %u' ${file}`);

  describe('for the log', () => {
    beforeEach(() => open(sweepHook()));

    it('takes the file that is named, and nobody else may read it', async () => {
      await world.run('mkdir /tmp/logs; printf old >/tmp/logs/mine; chmod 644 /tmp/logs/mine');
      const run = await world.hook('--dry-run --log /tmp/logs/mine');
      expect([run.result.log, await modeOf('/tmp/logs/mine')], run.text).toEqual(['/tmp/logs/mine', '600 0\n']);
      expect(await world.run('cat /tmp/logs/mine')).toMatch(/^old.*found: container/s);
    });

    it.each([
      ['that is a link', 'ln -s /etc/passwd /tmp/mine'],
      ['in a directory that is not there', ':'],
    ])('takes its usual file instead of one %s', async (_what, prepare) => {
      await world.run(prepare);
      const file = prepare === ':' ? '/none/mine' : '/tmp/mine';
      const run = await world.hook(`--dry-run --log ${file}`);
      expect(run.result.log, run.text).toBe('/var/log/unbusy/sweep-dead.log');
    });

    it('takes $TMPDIR where /var/log cannot be written, and stderr where nothing can', async () => {
      await world.run('mount -t tmpfs -o ro none /var/log; mkdir -m 1777 /tmp/mine');
      const own = await world.hook('--dry-run', 'sh', 'TMPDIR=/tmp/mine');
      expect(own.result.log, own.text).toMatch(/^\/tmp\/mine\/unbusy-sweep-dead\.\d+\.log$/);
      expect(await modeOf('/tmp/mine/*')).toBe('600 0\n');
      const none = await world.run('TMPDIR=/none sh /tmp/hook.sh --dry-run 2>/tmp/complaint; echo "exit $?"');
      expect(none).toMatch(/UNBUSY-RESULT v1 .* log=-\nexit 0\n$/);
      expect(await world.run('cat /tmp/complaint')).toContain('task: release and remove dead containers');
    });

    it('follows no link that stands in its place in $TMPDIR', async () => {
      await world.run('mount -t tmpfs -o ro none /var/log; mkdir -m 1777 /tmp/mine');
      const place = 'ln -s /root/taken "/tmp/mine/unbusy-sweep-dead.$$.log"; exec sh /tmp/hook.sh --dry-run';
      const text = await world.run(`TMPDIR=/tmp/mine sh -c '${place}' 2>/dev/null`);
      expect([text, await world.run('ls /root')]).toEqual([expect.stringMatching(/ log=-\n$/), '']);
    });
  });

  it('takes the containers of an id file, in full or from twelve digits on, and refuses one with anything else in it', async () => {
    await open(sweepHook());
    for (const wrong of ['batch', world.id('batch').slice(0, 8), `${world.id('batch')}0`]) {
      await world.run(`printf '%s\\n' ${world.id('app')} ${wrong} >/tmp/ids`);
      const refused = await world.hook('--strict --only id-file=/tmp/ids');
      expect([refused.code, await world.held('app'), await world.held('batch')], refused.text).toEqual([
        64,
        true,
        true,
      ]);
    }
    await world.run(`printf '# ids\\n\\n  ${world.id('app').slice(0, 12)}  \\n' >/tmp/ids`);
    const run = await world.hook('--strict --only id-file=/tmp/ids');
    expect([run.code, await world.held('app'), await world.held('batch')], run.text).toEqual([0, false, true]);
    await world.run(': >/tmp/ids');
    const none = await world.hook('--strict --only id-file=/tmp/ids');
    expect([none.code, none.result.released, await world.held('batch')], none.text).toEqual([0, '0', true]);
    const missing = await world.hook('--strict --only id-file=/tmp/none');
    expect([missing.code, await world.held('batch')], missing.text).toEqual([64, true]);
    await world.run(`echo ${world.id('batch')} >/tmp/ids`);
    expect((await world.hook('--strict --only=id-file=/tmp/ids')).code).toBe(0);
    expect(await world.held('batch')).toBe(false);
  });

  it('asks the daemon for a label, and takes what carries exactly it', async () => {
    await open(sweepHook());
    await world.run(`printf '.Config.Labels/product\\t"shop"\\n' >>/run/stand-in/${world.id('app')}`);
    await world.run(`printf '.Config.Labels/product\\t"shopping"\\n' >>/run/stand-in/${world.id('batch')}`);
    const none = await world.hook('--strict --only label=product=sho');
    expect([none.code, none.result.released], none.text).toEqual([0, '0']);
    const run = await world.hook('--strict --only label=product=shop');
    expect([run.code, await world.held('app'), await world.held('batch')], run.text).toEqual([0, false, true]);
  });

  /** A process of the holder that has a file of the dead container open. */
  const openFile = async () => {
    await world.run(`p=$(grep -lx cadvisor /proc/[0-9]*/comm); p=\${p%/comm}
      nsenter --mount=$p/ns/mnt sh -c 'exec sleep 1000 <"/var/lib/docker/overlay2/${world.layer('app')}/merged/hostname"' >/dev/null 2>&1 &
      until grep -qx sleep /proc/[0-9]*/comm; do :; done`);
  };

  it('detaches what is busy only if the playbook allows it, and says who has it open', async () => {
    await open(sweepHook({ release: ['unmount'] }));
    await openFile();
    const busy = await world.hook('--strict --only name=app');
    expect([busy.code, busy.result.left, await world.held('app')], busy.text).toEqual([10, '1', true]);
    expect(busy.text).toContain('it could not be unmounted: busy');
  });

  it('detaches what is busy if the playbook allows it, and says who had it open', async () => {
    await open(sweepHook({ release: ['unmount', 'lazy_unmount'] }));
    await openFile();
    const run = await world.hook('--strict --only name=app');
    expect([run.code, run.result.left, await world.held('app')], run.text).toEqual([0, '0', false]);
    expect(run.text).toMatch(/before it is detached, it is open in: sleep \(pid \d+\)/);
  });
});
