import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { plantFrozenRemoval } from './faults/frozen-removal.ts';
import { cadvisor } from './faults/holders.ts';
import { plantLeak, plantMonitors } from './faults/leak.ts';
import { plantSharedHolder } from './faults/shared-holder.ts';
import { hostState } from './host-state.ts';
import { expectFreed, expectNothingToDo, expectRemoved, harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, SWEEP, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const release = (...rungs: readonly string[]) => ['-e', JSON.stringify({ release: rungs })];
const never = (...names: readonly string[]) => ['-e', JSON.stringify({ never: names })];

describeLab(
  'how far a sweep goes (legacy rmdir rule, emulated)',
  { first: { legacyRmdir: true }, second: { legacyRmdir: true } },
  (hosts) => {
    test('only rmdir: refused with the reason, twice; why tells the holders', async () => {
      await hosts.first.fresh(async (host) => {
        const planted = await plantMonitors(host);
        const check = await harmless(host, () => unbusy.sweep([host], ['--check', ...release('rmdir')]));
        expect(check.code, troubleOf(check)).toBe(3);
        for (const _ of [1, 2]) {
          const run = await harmless(host, () => unbusy.sweep([host], release('rmdir')));
          expect(run.code, troubleOf(run)).toBe(5);
          expect(changesOf(run)).toEqual([expect.stringMatching(/^remove the empty directory .*: busy$/)]);
          expect(refusalsOf(run).join('\n')).toContain('the playbook allows no more than: rmdir');
        }
        const why = await harmless(host, () => unbusy.command([host], ['why', host.name, 'app']));
        expect(why.code, why.stdout + why.stderr).toBe(3);
        for (const { name, mounts } of planted.holders) {
          expect(why.stdout).toContain(`container ${name}`);
          for (const point of mounts) expect(why.stdout).toContain(point);
        }
      });
    });

    test('a restart frees it where the playbook says so, and never where the holder is on the never list', async () => {
      await hosts.first.fresh(async (host) => {
        const planted = await plantLeak(host, ['app'], [cadvisor]);
        const guarded = [...release('restart_holder'), ...never('cadvisor')];
        for (const args of [
          ['--check', ...guarded],
          ['--yes', ...guarded],
        ]) {
          const refused = await harmless(host, () => unbusy.sweep([host], args));
          expect(refused.code, troubleOf(refused)).toBe(5);
          expect(changesOf(refused)).toEqual([]);
          expect(refusalsOf(refused).join('\n')).toMatch(
            /container cadvisor holds it, and .*cadvisor is on the never list/,
          );
        }
        const living = await bystanders(host);
        const check = await harmless(host, () => unbusy.sweep([host], ['--check', ...release('restart_holder')]));
        expect(check.code, troubleOf(check)).toBe(3);
        const unasked = await harmless(host, () =>
          unbusy.command([host], ['run', SWEEP, ...release('restart_holder')]),
        );
        expect([unasked.code, unasked.stderr]).toEqual([6, expect.stringContaining('E_CONFIRM')]);
        const run = await unbusy.sweep([host], ['--yes', ...release('restart_holder')]);
        expect(run.code, troubleOf(run)).toBe(0);
        expect(changesOf(run)).toEqual(['restart container cadvisor: changed', 'docker rm app: changed']);
        await expectRemoved(host, planted.dead);
        const names = (each: readonly { readonly name: string }[]) => each.map(({ name }) => name);
        const after = await bystanders(host);
        expect(names(after)).toEqual(names(living));
        const others = (each: typeof living) => each.filter(({ name }) => name !== 'cadvisor');
        expect(others(after)).toEqual(others(living));
        await expectNothingToDo(unbusy, host);
      });
    });

    test('a holder that shares its mounts with the host: refused while it lives, and the living bind beside it stays', async () => {
      await hosts.second.fresh(async (host) => {
        const { planted, live } = await plantSharedHolder(host);
        const bind = () => host.must(`grep ' ${live} ' /proc/1/mountinfo`);
        const before = await bind();
        for (const args of [['--check'], [], []]) {
          const refused = await harmless(host, () => unbusy.sweep([host], args));
          expect(refused.code, troubleOf(refused)).toBe(5);
          expect(changesOf(refused)).toEqual([]);
          expect(refusalsOf(refused).join('\n')).toMatch(
            /would also unmount it for what lives: container storage-agent/,
          );
        }
        await host.must('docker rm -f storage-agent');
        const living = await bystanders(host);
        const run = await unbusy.sweep([host]);
        expect(run.code, troubleOf(run)).toBe(0);
        await expectFreed(host, {
          ...planted,
          holders: planted.holders.filter(({ name }) => name !== 'storage-agent'),
        });
        expect(await bind()).toBe(before);
        expect(await bystanders(host)).toEqual(living);
        await expectNothingToDo(unbusy, host);
      });
    });

    test('a container whose process is in state D: named, not touched; swept once it can end', async () => {
      await hosts.second.fresh(async (host) => {
        const { dead, pid, undo } = await plantFrozenRemoval(host);
        try {
          const tables = () => hostState(host);
          const before = await tables();
          for (const args of [['--check'], [], []]) {
            const ran = await unbusy.sweep([host], args);
            expect(ran.code, troubleOf(ran)).toBe(5);
            expect(changesOf(ran)).toEqual([]);
            expect(refusalsOf(ran).join('\n')).toMatch(
              new RegExp(`its process ${pid} \\(sh, state D, waiting in \\w+\\)`),
            );
          }
          const why = await unbusy.command([host], ['why', host.name, dead.name]);
          expect(why.stdout).toContain(`process ${pid}`);
          expect(await tables()).toBe(before);
        } finally {
          await undo();
        }
        const living = await bystanders(host);
        const run = await unbusy.sweep([host]);
        expect(run.code, troubleOf(run)).toBe(0);
        await expectRemoved(host, [dead]);
        expect(await bystanders(host)).toEqual(living);
        await expectNothingToDo(unbusy, host);
      });
    });
  },
);
