import { beforeEach, describe, expect, it } from 'vitest';
import { scanModules } from '../../../src/cli/scan-modules.ts';
import type { Module } from '../../../src/modules/module.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { type NamespaceWorld, openNamespaceWorld } from '../../support/namespace-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';

if (!CAN_UNSHARE) console.warn('LEFT OUT: the looks of a scan need mount namespaces of Linux');

/** Puts a client before the stand-in for docker that writes down each question, and answers none once /tmp/deaf is there. */
const LISTEN = `cd /usr/local/bin && mv docker real && cat >docker <<'END'
#!/bin/sh
echo "$3" >>/tmp/asked
if [ -e /tmp/deaf ]; then exec sleep 1000; fi
exec /usr/local/bin/real "$@"
END
chmod 755 docker`;

describe.skipIf(!CAN_UNSHARE)('the looks of a scan', () => {
  let world: NamespaceWorld;
  beforeEach(async () => {
    const sandbox = makeSandbox();
    world = await openNamespaceWorld(
      { host: 'bed', containers: [{ name: 'shop', image: 'app:1', status: 'up', starts: [] }] },
      sandbox.path,
    );
    await world.run(LISTEN);
    return async () => {
      await world.close();
      sandbox.remove();
    };
  });

  /** Both at once, as a run looks ahead; and what the daemon was asked. */
  const scan = async () => {
    const modules = scanModules();
    const look = (name: string, given: object) => {
      const module = modules.get(name) as Module;
      return module.observe(world.session, module.params.parse(given));
    };
    const [causes, sweep] = await Promise.all([
      look('docker_causes', {}),
      look('dead_containers', { orphans: true, docker_deadline: '2s' }),
    ]);
    const asked = (await world.run('cat /tmp/asked; : >/tmp/asked')).trim().split('\n');
    return { causes, sweep, asked };
  };

  it('each ask a daemon that answers', async () => {
    const { causes, sweep, asked } = await scan();
    expect([causes.kind, sweep.kind]).toEqual(['known', 'known']);
    expect(asked.filter((word) => word === 'info')).toHaveLength(2);
  });

  it('ask a daemon that does not answer once, and the host is not known', async () => {
    await world.run(': >/tmp/deaf');
    const { causes, sweep, asked } = await scan();
    expect(asked).toEqual(['info']);
    expect(causes.kind).toBe('known');
    expect(sweep).toMatchObject({ kind: 'unknown', error: { code: 'E_DAEMON_SILENT' } });
    expect('error' in sweep && sweep.error.message).toContain('docker info was not answered in 10 s');
    // A scan after this one asks anew.
    await world.run('rm /tmp/deaf');
    expect((await scan()).sweep.kind).toBe('known');
  }, 60_000);
});
