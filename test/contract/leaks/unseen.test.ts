import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookWhy } from '../../../src/cli/why/why-look.ts';
import { leakedMountsModule } from '../../../src/modules/leaked-mounts/index.ts';
import { leakedMountsParams } from '../../../src/modules/leaked-mounts/params.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { type NamespaceWorld, openNamespaceWorld } from '../../support/namespace-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const SCENE = {
  host: 'bed',
  containers: [
    { name: 'cadvisor', image: 'monitor:1', status: 'up', starts: [] },
    { name: 'shop-d4', image: 'shop/web:4', status: 'removing', starts: ['cadvisor'] },
  ],
} as const;

describe.runIf(CAN_UNSHARE)('what leaked_mounts says of what it sees no mount of', () => {
  const sandbox = makeSandbox();
  let world: NamespaceWorld;
  beforeAll(async () => {
    world = await openNamespaceWorld(SCENE, sandbox.path);
    await world.run(`
      mkdir -p /mnt/volume && mount -t tmpfs volume /mnt/volume
      unshare --mount --propagation private sleep 1000 </dev/null >/dev/null 2>&1 &
      until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.02; done
      umount /mnt/volume`);
  });
  afterAll(async () => {
    await world?.close();
    sandbox.remove();
  });

  const seen = async (what: Record<string, string>) => {
    const params = leakedMountsParams.parse({ ...what, age: 0 });
    const look = await leakedMountsModule.observe(world.session, params);
    if (look.kind === 'unknown') return { unknown: look.error };
    const refusals = leakedMountsModule.refusals?.(look.state, params, new Map()) ?? [];
    const kinds = (leakedMountsModule.findings?.(look.state) ?? []).map(({ kind }) => kind);
    const plan = leakedMountsModule.plan(look.state, params, new Map());
    return { refusals: refusals.map(({ why, hint }) => `${why} ${hint}`), kinds, steps: plan.length };
  };

  it("refuses a container of Docker's, dead or alive, and a name that nobody knows", async () => {
    const dead = await seen({ container: 'shop-d4' });
    expect(dead.refusals?.[0]).toMatch(/container of Docker's, shop-d4.*sweep-dead\.yml/s);
    expect((await seen({ container: 'cadvisor' })).refusals?.[0]).toMatch(/container of Docker's.*it lives/s);
    expect((await seen({ container: 'nosuch-xyz' })).refusals?.[0]).toContain('nobody knows');
  });

  it('says by a finding that nothing of a path, an id, a pod or a number is mounted', async () => {
    const pod = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
    for (const what of [{ path: '/nosuch' }, { container: 'c3'.repeat(32) }, { pod }, { device: '259:9999' }]) {
      expect(await seen(what), JSON.stringify(what)).toEqual({ refusals: [], kinds: ['not-a-leak'], steps: 0 });
    }
    expect(await seen({ path: '/mnt/volume' })).toEqual({ refusals: [], kinds: ['leak'], steps: 1 });
  });

  it('knows nothing of a block device that is not there', async () => {
    expect((await seen({ device: '/dev/nosuch' })).unknown).toMatchObject({ code: 'E_UNKNOWN', class: 'unknown' });
  });

  it('is named by why, with the path that it is to be given', async () => {
    const held = await lookWhy(world.session, { kind: 'path', path: '/mnt/volume' });
    expect(held.playbook).toBe('playbooks/leaked-mounts.yml -e path=/mnt/volume');
    expect(held.plan).toHaveLength(1);
    expect((await lookWhy(world.session, { kind: 'path', path: '/nosuch' })).playbook).toBeUndefined();
  });
});
