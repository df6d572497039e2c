import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { TASK_STATUSES } from '../../../src/core/results.ts';
import { CAUSE_WORDS } from '../../../src/mounts/leak-words.ts';
import { compiledHook } from '../../support/compiled-hook.ts';
import { type MetricFamily, readExposition, sampleOf } from '../../support/exposition.ts';
import { canMakeHosts, dead, type HookWorld, KINDS, openHookWorld, up } from './hook-world.ts';

const able = canMakeHosts();
const SWEEP = readFileSync(resolve(import.meta.dirname, '../../../playbooks/sweep-dead.yml'), 'utf8');

/** A name that only escapes make a label of. */
const PLAYBOOK = 'odd "name\\of it';
const FILE = '/var/lib/metrics/unbusy.prom';

interface Numbers {
  readonly text: string;
  readonly families: ReadonlyMap<string, MetricFamily>;
  of(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Opens a world with a sweep of that name, uses it, and closes it whatever happens. */
async function inWorld(
  prepare: string,
  use: (world: HookWorld, read: () => Promise<Numbers>) => Promise<void>,
  vars: JsonObject = {},
): Promise<void> {
  const containers = [up('web'), dead('app', 'cadvisor'), dead('batch', 'cadvisor')];
  const world = await openHookWorld(containers, compiledHook(`${PLAYBOOK}.yml`, SWEEP, vars));
  try {
    await world.run(`${prepare}; mkdir -p /var/lib/metrics`);
    await use(world, async () => {
      const text = await world.run(`cat ${FILE}`);
      const families = readExposition(text);
      return { text, families, of: (name, labels = {}) => sampleOf(families, name, { playbook: PLAYBOOK, ...labels }) };
    });
  } finally {
    await world.close();
  }
}

const LEAK = { cause: CAUSE_WORDS['private-propagation'] };
const NEVER = { never: ['cadvisor'] };

describe.skipIf(!able).each(KINDS)('the metrics of a compiled hook under $name', ({ shell, prepare }) => {
  it('count what was freed, go on from the file before, and let what is healed fall to 0', async () => {
    await inWorld(prepare, async (world, read) => {
      const first = await world.hook(`--strict --metrics ${FILE} --period 900`, shell);
      expect(first.code, first.text).toBe(0);
      const one = await read();
      const released = Number(first.result.released);
      expect(released).toBeGreaterThan(1);
      expect(one.of('unbusy_released_total')).toBe(released);
      expect(one.of('unbusy_info', { version: '0.0.0-test' })).toBe(1);
      expect(one.of('unbusy_period_seconds')).toBe(900);
      expect(one.of('unbusy_last_success_timestamp_seconds')).toBe(one.of('unbusy_last_run_timestamp_seconds'));
      expect(Math.abs((one.of('unbusy_last_run_timestamp_seconds') ?? 0) - Date.now() / 1000)).toBeLessThan(120);
      expect(one.of('unbusy_run_duration_seconds')).toBeGreaterThan(0);
      const states = TASK_STATUSES.map((state) => [state, one.of('unbusy_hosts', { state })]);
      expect(states).toEqual(TASK_STATUSES.map((state) => [state, state === 'changed' ? 1 : 0]));
      expect([one.of('unbusy_unknown_hosts'), one.families.has('unbusy_leaks')]).toEqual([0, false]);
      // What a collector may not read, and what is left over, would both be seen here.
      expect(await world.run('ls -l /var/lib/metrics | cut -c1-10; ls -A /var/lib/metrics')).toMatch(
        /^total .*\n-rw-r--r--\nunbusy\.prom\n$/,
      );

      await world.run(
        `sed -i -e '$a unbusy_leaks{playbook="odd \\\\"name\\\\\\\\of it",cause="private-tmp"} 3' ${FILE}`,
      );
      await world.hook(`--strict --metrics ${FILE}`, shell);
      const two = await read();
      expect([two.of('unbusy_released_total'), two.of('unbusy_leaks', { cause: 'private-tmp' })]).toEqual([
        released,
        0,
      ]);
      expect(two.of('unbusy_hosts', { state: 'ok' })).toBe(1);
      await world.hook(`--metrics ${FILE}`, shell);
      expect((await read()).families.has('unbusy_leaks')).toBe(false);
    });
  });

  it('say what is left, by its cause, and keep the time of the last success', async () => {
    await inWorld(
      prepare,
      async (world, read) => {
        const run = await world.hook(`--strict --metrics ${FILE}`, shell);
        expect(run.code, run.text).toBe(10);
        const one = await read();
        expect(one.of('unbusy_leaks', LEAK)).toBe(Number(run.result.left));
        expect(one.of('unbusy_last_success_timestamp_seconds')).toBeUndefined();
        expect([one.of('unbusy_hosts', { state: 'failed' }), one.of('unbusy_unknown_hosts')]).toEqual([1, 0]);
        const then = `unbusy_last_success_timestamp_seconds{playbook="odd \\"name\\\\of it"} 1234`;
        await world.run(`printf '%s\\n' '${then}' >>${FILE}`);
        await world.hook(`--metrics ${FILE}`, shell);
        expect((await read()).of('unbusy_last_success_timestamp_seconds')).toBe(1234);
      },
      NEVER,
    );
  });

  it('count a container that nothing holds and Docker does not remove, until it is gone', async () => {
    await inWorld(prepare, async (world, read) => {
      const docker = '/usr/local/bin/docker';
      await world.run(
        `mv ${docker} ${docker}.real; printf '#!/bin/sh\nfor each do [ "$each" != rm ] || exit 1; done\nexec ${docker}.real "$@"\n' >${docker}; chmod 755 ${docker}`,
      );
      const run = await world.hook(`--strict --metrics ${FILE}`, shell);
      expect([run.code, run.result.left], run.text).toEqual([10, '2']);
      const LEFT = { cause: 'what held it is gone, or its removal was interrupted' };
      expect((await read()).of('unbusy_leaks', LEFT)).toBe(2);
      await world.run(`mv ${docker}.real ${docker}`);
      await world.hook(`--strict --metrics ${FILE}`, shell);
      expect((await read()).of('unbusy_leaks', LEFT)).toBe(0);
    });
  });

  it('are written when the budget ends, and take nothing that was not seen for healed', async () => {
    await inWorld(
      prepare,
      async (world, read) => {
        const seen = await world.hook(`--metrics ${FILE}`, shell);
        const left = Number(seen.result.left);
        await world.run(`printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/bin/docker`);
        const run = await world.hook(`--strict --budget 2 --metrics ${FILE}`, shell);
        expect([run.code, left > 0], run.text).toEqual([13, true]);
        const after = await read();
        expect([after.of('unbusy_unknown_hosts'), after.of('unbusy_hosts', { state: 'unknown' })]).toEqual([1, 1]);
        expect(after.of('unbusy_leaks', LEAK)).toBe(left);
        expect(after.of('unbusy_run_duration_seconds')).toBeGreaterThanOrEqual(1);
      },
      NEVER,
    );
  });

  it('leave what is none of ours as it is, and say so', async () => {
    await inWorld(prepare, async (world) => {
      for (const lay of [
        `echo 'node_load1 3' >${FILE}`,
        `echo 'unbusy_info{playbook="other",version="1"} 1' >${FILE}`,
        `rm ${FILE}; ln -s /etc/passwd ${FILE}`,
        `rm ${FILE}; mkdir ${FILE}`,
      ]) {
        await world.run(lay);
        const look = `stat -c '%n %f %s %y %i' /var/lib/metrics/*; cat ${FILE} 2>&1 | cksum`;
        const before = await world.run(look);
        const run = await world.hook(`--quiet --metrics ${FILE}`, shell);
        expect([run.code, run.text], lay).toEqual([0, expect.stringContaining(`could not be written: ${FILE}`)]);
        expect(await world.run(look)).toBe(before);
      }
    });
  });

  it('are written through no link that somebody laid in the way of their draft', async () => {
    await inWorld(prepare, async (world, read) => {
      const lay = `echo precious >/var/lib/precious; ln -s /var/lib/precious ${FILE}.$$`;
      await world.run(`sh -c '${lay}; exec ${shell} /tmp/hook.sh --metrics ${FILE}'`);
      expect(await world.run('cat /var/lib/precious; ls -A /var/lib/metrics')).toBe('precious\nunbusy.prom\n');
      expect((await read()).of('unbusy_unknown_hosts')).toBe(0);
    });
  });

  it('are not written by a dry run, and a quiet run that found all well prints nothing', async () => {
    await inWorld(prepare, async (world) => {
      await world.hook(`--dry-run --metrics ${FILE}`, shell);
      expect(await world.run('ls -A /var/lib/metrics')).toBe('');
      const wrong = await world.hook('--strict --metrics relative.prom', shell);
      expect([wrong.code, wrong.result.rc]).toEqual([64, '64']);
      const quiet = await world.hook(`--strict --quiet --metrics ${FILE}`, shell);
      expect(quiet.text).toBe('exit 0\n');
      await world.run(`printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/bin/docker`);
      expect((await world.hook('--strict --quiet --budget 2', shell)).result.rc).toBe('13');
    });
  });

  // The shell of busybox takes its own dd, whatever stands in PATH.
  if (shell.includes('busybox')) return;

  it('hold up no hook where they cannot be written, and leave no process behind', async () => {
    await inWorld(prepare, async (world) => {
      await world.run(
        `rm -f /usr/local/sbin/dd; printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/sbin/dd; chmod 755 /usr/local/sbin/dd`,
      );
      const run = await world.hook(`--strict --quiet --metrics ${FILE}`, shell);
      expect([run.code, run.text]).toEqual([0, expect.stringContaining(`could not be written in time: ${FILE}`)]);
      await expect.poll(world.sleeping, { timeout: 5000 }).toBe('');
      expect(await world.run('ls -A /run/unbusy')).toBe('');
    });
  });
});
