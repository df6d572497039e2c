import type { Session } from '../connection/session.ts';
import { deadContainersModule } from '../modules/dead-containers/index.ts';
import { observeSweep } from '../modules/dead-containers/observe.ts';
import { type CausesLook, dockerCausesLook, lateDaemonOf } from '../modules/docker-mount-flags/look.ts';
import type { Module, Observed } from '../modules/module.ts';
import { MODULES } from '../modules/registry.ts';

/**
 * The modules of one scan, with a look that no playbook can ask for, as it brings nothing about. The sweep's look begins
 * when that of causes has ended on the same session: a daemon that was late then is not asked a second time.
 */
export function scanModules(): ReadonlyMap<string, Module> {
  const causes = new WeakMap<Session, Promise<Observed<CausesLook>>>();
  const causesLook: typeof dockerCausesLook = {
    ...dockerCausesLook,
    observe(host, params) {
      const seen = dockerCausesLook.observe(host, params);
      causes.set(host, seen);
      return seen;
    },
  };
  const sweepLook: typeof deadContainersModule = {
    ...deadContainersModule,
    async observe(host, params) {
      const seen = await causes.get(host);
      return observeSweep(host, params, seen?.kind === 'known' ? lateDaemonOf(seen.state) : undefined);
    },
  };
  return new Map<string, Module>([
    ...MODULES,
    [causesLook.name, causesLook as Module],
    [sweepLook.name, sweepLook as Module],
  ]);
}
