import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { mustRun } from './command.ts';
import { describeLab } from './describe-lab.ts';
import { freezeDockerd } from './faults/daemon.ts';
import { plantMonitors, plantPinnedNamespace, plantScratchAgent } from './faults/leak.ts';
import { mountsHeld } from './faults/mounts.ts';
import { plantSharedHolder } from './faults/shared-holder.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { expectFreed, harmless } from './sweep-steps.ts';
import { SWEEP, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
let folder: string;
beforeAll(() => {
  unbusy = new Unbusy();
  folder = mkdtempSync(join(tmpdir(), 'unbusy-hook-'));
});
afterAll(() => {
  unbusy?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The last line of a hook as words, with its exit number. */
interface HookRun {
  readonly code: number | null;
  readonly text: string;
  readonly released: number;
  readonly left: number;
  readonly unknown: number;
  readonly rc: number;
}

/** Compiles the shipped sweep as a user does, and copies it to the host, which has no Node. */
async function install(host: LabHost, args: readonly string[] = []): Promise<void> {
  const file = join(folder, 'pre-uninstall.sh');
  await mustRun('node', [source('../../dist/unbusy.cjs'), 'compile', SWEEP, '-o', file, ...args]);
  const put = 'cat >/root/pre-uninstall.sh; chmod 755 /root/pre-uninstall.sh; ! command -v node';
  await host.must(put, { input: readFileSync(file) });
}

async function hook(host: LabHost, args = '', shell = ''): Promise<HookRun> {
  const ran = await host.sh(`${shell} /root/pre-uninstall.sh ${args}`);
  const line = ran.stdout.trim().split('\n').at(-1) ?? '';
  expect(line, ran.stdout + ran.stderr).toMatch(/^UNBUSY-RESULT v1 /);
  const number = (name: string) => Number(new RegExp(` ${name}=(\\d+)`).exec(line)?.[1]);
  const counts = { released: number('released'), left: number('left'), unknown: number('unknown'), rc: number('rc') };
  return { code: ran.code, text: ran.stdout + ran.stderr, ...counts };
}

/** A run that finds nothing to do and leaves everything as it is. */
async function expectNothingLeft(host: LabHost, shell = ''): Promise<void> {
  const again = await harmless(host, () => hook(host, '--strict', shell));
  expect([again.code, again.released, again.left, again.unknown], again.text).toEqual([0, 0, 0, 0]);
}

describeLab(
  'a compiled hook (legacy rmdir rule, emulated)',
  { old: { legacyRmdir: true }, live: { legacyRmdir: true, liveRestore: true } },
  (hosts) => {
    test.each([
      ['two monitors', plantMonitors, ''],
      ['an agent from a scratch image', plantScratchAgent, 'bash'],
      ['a namespace without a process', plantPinnedNamespace, 'busybox sh'],
    ])('with dockerd, frees what %s hold and removes it', async (_name, plant, shell) => {
      await hosts.old.fresh(async (host) => {
        await install(host);
        const planted = await plant(host);
        const living = await bystanders(host);
        const planned = await harmless(host, () => hook(host, '--dry-run', shell));
        expect([planned.code, planned.released, planned.unknown, planned.rc], planned.text).toEqual([0, 0, 0, 10]);
        const run = await hook(host, '--strict', shell);
        expect([run.code, run.released, run.left, run.unknown], run.text).toEqual([0, planned.left, 0, 0]);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        await expectNothingLeft(host, shell);
      });
    });

    test('with dockerd stopped, frees the mounts; with dockerd back, Docker is asked for the rest', async () => {
      await hosts.live.fresh(async (host) => {
        await install(host);
        const planted = await plantMonitors(host);
        const living = await bystanders(host);
        await host.must('systemctl stop docker.socket docker.service');
        const stopped = await hook(host, '--strict');
        expect([stopped.code, stopped.left, stopped.unknown], stopped.text).toEqual([0, 0, 0]);
        expect(stopped.released).toBeGreaterThan(1);
        expect(stopped.text).toContain('no dockerd runs');
        for (const holder of planted.holders) expect(await mountsHeld(host, holder, planted.dead)).toEqual([]);
        const twice = await hook(host, '--strict');
        expect([twice.code, twice.released, twice.left], twice.text).toEqual([0, 0, 0]);
        await host.must('systemctl start docker.service');
        const back = await hook(host, '--strict');
        expect([back.code, back.left, back.unknown], back.text).toEqual([0, 0, 0]);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        await expectNothingLeft(host);
      });
    });

    test('with dockerd silent, frees the mounts within its budget', async () => {
      await hosts.old.fresh(async (host) => {
        await install(host, ['-e', 'docker_deadline=2s']);
        const planted = await plantMonitors(host);
        const { undo } = await freezeDockerd(host);
        try {
          const run = await hook(host, '--budget 40');
          expect([run.code, run.left, run.unknown, run.rc], run.text).toEqual([0, 0, 1, 14]);
          expect(run.released).toBeGreaterThan(1);
        } finally {
          await undo();
        }
        const after = await hook(host, '--strict');
        expect([after.code, after.left], after.text).toEqual([0, 0]);
        await expectFreed(host, planted);
      });
    });

    test('a holder that shares its mounts with what lives is left alone, and the uninstall goes on', async () => {
      await hosts.old.fresh(async (host) => {
        await install(host);
        await plantSharedHolder(host);
        const run = await harmless(host, () => hook(host));
        expect([run.code, run.released, run.rc], run.text).toEqual([0, 0, 10]);
        expect(run.text).toMatch(/would also unmount it for what lives: container storage-agent|storage-agent/);
        expect((await harmless(host, () => hook(host, '--strict'))).code).toBe(10);
      });
    });
  },
);
