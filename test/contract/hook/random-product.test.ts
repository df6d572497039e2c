import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hookWords as monitorWords } from '../../../src/modules/monitor-release/hook.ts';
import { monitorReleaseParams } from '../../../src/modules/monitor-release/params.ts';
import { planRelease, refuseRelease } from '../../../src/modules/monitor-release/plan.ts';
import type { HeldMount, MonitorState } from '../../../src/modules/monitor-release/state.ts';
import { hookWords } from '../../../src/modules/product-containers/hook.ts';
import { planProduct, refuseProduct } from '../../../src/modules/product-containers/plan.ts';
import { heldBy } from '../../../src/mounts/held-by.ts';
import { containerTarget } from '../../../src/mounts/identity.ts';
import { planProductOnHost } from '../../../src/programs/product-plan.ts';
import { viewOf } from '../../support/mount-view.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { DEAD, MONITOR, OTHER, WEB } from '../../unit/modules/dead-containers/sweep-bed.ts';
import { paramsOf, stateOf } from '../../unit/modules/product-containers/product-bed.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { recordsOf } from './picture-records.ts';
import { pictures } from './random-picture.ts';

const SEED = 20_261_121;

/** One that is dead, one that does not run, and two that do. */
const CONTAINERS = [DEAD, { ...OTHER, status: 'exited', dead: false, removing: false }, MONITOR, WEB];

/** The first awk sees many pictures, the others enough to find where they differ. */
const KINDS = awkKinds().map((kind, index) => ({ kind, name: kind.name, runs: index === 0 ? 80 : 20 }));

describe.each(KINDS)('the decision of a hook on random hosts under $name', ({ kind, runs }) => {
  const host = new ShellHost(kind);
  const sandbox = makeSandbox();
  afterAll(() => sandbox.remove());
  const file = join(sandbox.path, 'records');
  let planned = 0;
  let refused = 0;

  const decide = async (picture: string, words: readonly string[]) => {
    writeFileSync(file, recordsOf({ picture, containers: CONTAINERS, daemon: 'answered' }));
    const decision = await planProductOnHost(host, { asked: 'plan', file, words });
    if (decision.kind === 'unknown') throw new Error(decision.why);
    const first = (kinds: readonly string[]) =>
      decision.records.flatMap(({ kind: word, fields: [id = ''] }) => (kinds.includes(word) ? [id] : []));
    return { steps: first(['unmount', 'stop', 'removable']), leaks: first(['leak']), refused: first(['refused']) };
  };
  const keysOf = (held: readonly { leak: HeldMount['leak'] }[]) =>
    held.map(({ leak: { namespace, mount } }) => `${namespace}:${mount.id}:${mount.device}`);
  const count = (unmounts: readonly string[], refusals: readonly unknown[]) => {
    planned += unmounts.filter((id) => id.startsWith('unmount:')).length;
    refused += refusals.length;
  };
  /** A test that never sees a step or a refusal shows nothing. */
  const expectSeen = () => {
    expect(planned).toBeGreaterThan(runs / 10);
    expect(refused).toBeGreaterThan(runs / 10);
    planned = 0;
    refused = 0;
  };

  it('is that of product_containers', async () => {
    const names = fc.subarray(['app', 'batch', 'cadvisor', 'web'], { minLength: 1 });
    const check = async (picture: string, chosen: string[], state: 'absent' | 'released') => {
      const params = paramsOf({ names: chosen, state });
      const seen = stateOf({ containers: CONTAINERS, picture }, params);
      const plan = planProduct(seen, params, new Map()).filter(({ certainty }) => certainty === 'certain');
      const refusals = refuseProduct(seen, params, new Map());
      const decision = await decide(picture, hookWords(params));
      expect(decision.steps).toEqual(plan.map(({ id }) => id));
      expect(decision.refused).toHaveLength(refusals.length);
      expect(decision.leaks).toEqual(keysOf(seen.held));
      count(decision.steps, refusals);
    };
    const given = fc.asyncProperty(pictures, names, fc.constantFrom('absent' as const, 'released' as const), check);
    await fc.assert(given, { seed: SEED, numRuns: runs });
    expectSeen();
  }, 180_000);

  it('is that of monitor_release', async () => {
    const check = async (picture: string, live: boolean) => {
      const params = monitorReleaseParams.parse({ live_copies: live });
      const state = monitorState(picture, live);
      // No process lives in two namespaces.
      fc.pre(state.monitors.length === 1);
      const plan = planRelease(state, params, new Map());
      const refusals = refuseRelease(state, params, new Map());
      const decision = await decide(picture, monitorWords(params));
      expect(decision.steps).toEqual(plan.map(({ id }) => id));
      expect(decision.refused).toHaveLength(refusals.length);
      expect(decision.leaks).toEqual(keysOf(state.held));
      count(decision.steps, refusals);
    };
    await fc.assert(fc.asyncProperty(pictures, fc.boolean(), check), { seed: SEED, numRuns: runs });
    expectSeen();
  }, 180_000);
});

/** As the module makes it of a look, for a host whose only monitor is cadvisor. */
function monitorState(picture: string, live: boolean): MonitorState {
  const view = viewOf(picture);
  const monitors = view.namespaces
    .filter(({ inode, tasks }) => inode !== view.hostNamespace && tasks.some(({ tid }) => tid === MONITOR.pid))
    .map(({ inode }) => ({ id: MONITOR.id, name: MONITOR.name, privileged: false, namespace: inode }));
  const gone = CONTAINERS.filter(({ pid }) => pid === 0).map(containerTarget);
  const { left, copies } = heldBy(new Set(monitors.map(({ namespace }) => namespace)), view, gone, [MONITOR, WEB]);
  const held = [...left, ...(live ? copies : [])].flatMap((leak): readonly HeldMount[] => {
    const monitor = monitors.find(({ namespace }) => namespace === leak.namespace);
    if (monitor === undefined || monitor.id === leak.target.id) return [];
    const { id } = leak.target;
    return [{ leak, monitor, owner: id === DEAD.id ? 'dead' : id === WEB.id ? 'live' : 'stopped' }];
  });
  const docker = { version: '20.10.24', dataRoot: '/var/lib/docker' };
  return { docker, monitors, view, held, latent: [], bystanders: [] };
}
