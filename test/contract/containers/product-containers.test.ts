import { beforeEach, describe, expect, it } from 'vitest';
import { demoId } from '../../../src/demo/scenes.ts';
import type { Applied } from '../../../src/modules/module.ts';
import { productContainersModule as module } from '../../../src/modules/product-containers/index.ts';
import { productContainersParams } from '../../../src/modules/product-containers/params.ts';
import type { ProductState } from '../../../src/modules/product-containers/state.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { type NamespaceWorld, openNamespaceWorld } from '../../support/namespace-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const UP = { image: 'app:1', status: 'up', starts: [] } as const;
const id = (name: string) => demoId('bed', name);

if (!CAN_UNSHARE) console.warn('LEFT OUT: product_containers needs mount namespaces of Linux');

describe.skipIf(!CAN_UNSHARE)('product_containers', () => {
  const params = productContainersParams.parse({ names: ['shop'], stop_timeout: 1, docker_deadline: 5 });
  let world: NamespaceWorld;
  beforeEach(async () => {
    const sandbox = makeSandbox();
    world = await openNamespaceWorld(
      {
        host: 'bed',
        containers: [
          { name: 'shop', ...UP },
          { name: 'other', ...UP },
        ],
      },
      sandbox.path,
    );
    return async () => {
      await world.close();
      sandbox.remove();
    };
  });

  const look = async (): Promise<ProductState> => {
    const seen = await module.observe(world.session, params);
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  };
  /** Puts a script before the stand-in for docker; `real` is the stand-in. */
  const wrap = (script: string) =>
    world.run(
      `cd /usr/local/bin && mv docker real && printf '%s\\n' '#!/bin/sh' '${script}' 'exec /usr/local/bin/real "$@"' >docker && chmod 755 docker`,
    );
  /** Stops it, and applies the removal. */
  const remove = async (): Promise<Applied> => {
    for (const wanted of ['stop', 'remove']) {
      const change = module.plan(await look(), params, new Map()).find(({ id: each }) => each.startsWith(`${wanted}:`));
      if (change === undefined) throw new Error(`no ${wanted}`);
      const applied = await module.apply(world.session, change, params);
      if (wanted === 'remove' || applied.kind !== 'done') return applied;
    }
    throw new Error('no step');
  };

  const whyOf = (applied: Applied) => ('error' in applied ? applied.error.message : '');

  it('calls a removal done if storage is free and the neighbour lives', async () => {
    expect(await remove()).toEqual({
      kind: 'done',
      note: 'its storage is free; the other container that ran still runs',
    });
    expect((await look()).listed).toEqual(new Set([id('other')]));
  });

  it('calls it failed if a directory stays', async () => {
    await wrap(
      `case "$3" in rm) /usr/local/bin/real "$@"; mkdir -p /var/lib/docker/containers/${id('shop')}; exit 0 ;; esac`,
    );
    const stays = await remove();
    expect(stays).toMatchObject({ kind: 'failed', error: { code: 'E_VERIFY' } });
    expect(whyOf(stays)).toContain(`shop is removed, and /var/lib/docker/containers/${id('shop')} is still there`);
  });

  it('calls it failed if it is still mounted somewhere', async () => {
    const place = `/tmp/overlay2/${demoId('bed', 'shop', 'layer')}`;
    await world.run(`mkdir -p ${place}`);
    await wrap(`case "$3" in rm) /usr/local/bin/real "$@"; mount -t tmpfs none ${place}; exit 0 ;; esac`);
    const mounted = await remove();
    expect(mounted).toMatchObject({ kind: 'failed' });
    expect(whyOf(mounted)).toContain(`it is still mounted at ${place}`);
  });

  it('calls it failed if a neighbour is gone', async () => {
    await wrap('case "$3" in rm) /usr/local/bin/real "$@"; /usr/local/bin/real stop other; exit 0 ;; esac');
    const harmed = await remove();
    expect(harmed).toMatchObject({ kind: 'failed' });
    expect(whyOf(harmed)).toContain('other');
    expect(whyOf(harmed)).toContain('after the removal of shop: ');
  });

  it('goes on after a container that Docker does not stop, with what Docker said', async () => {
    await wrap('case "$3" in stop) echo did not receive an exit event >&2; exit 1 ;; esac');
    const [stop] = module.plan(await look(), params, new Map());
    if (stop === undefined) throw new Error('no step');
    const applied = await module.apply(world.session, stop, params);
    expect(applied).toEqual({ kind: 'denied', why: 'did not receive an exit event' });
    const refusals = module.refusals?.(await look(), params, new Map([[stop.id, applied]]));
    expect(refusals).toMatchObject([
      { what: 'container shop', why: expect.stringContaining('it does not stop: did not receive') },
    ]);
  });

  it('knows nothing where the daemon does not answer', async () => {
    await wrap('exit 1');
    expect(await module.observe(world.session, params)).toMatchObject({ kind: 'unknown' });
  });

  it('asks a daemon that does not answer once, and for labels only one that does', async () => {
    const labelled = { ...params, docker_deadline: 1, labels: ['com.example.product=shop', 'com.example.product'] };
    await wrap('echo "$3" >>/tmp/asked; if [ -e /tmp/deaf ]; then exec sleep 1000; fi');
    const asked = () => world.run('cat /tmp/asked; : >/tmp/asked');
    expect((await module.observe(world.session, labelled)).kind).toBe('known');
    expect((await asked()).trim().split('\n').slice(-2)).toEqual(['ps', 'ps']);
    await world.run(': >/tmp/deaf');
    expect(await module.observe(world.session, labelled)).toMatchObject({
      kind: 'unknown',
      error: { code: 'E_DAEMON_SILENT' },
    });
    expect(await asked()).toBe('ps\n');
  });
});
