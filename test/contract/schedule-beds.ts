import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scheduleModule } from '../../src/modules/schedule/index.ts';
import {
  laySchedule,
  pictureOfSchedule,
  type ScheduleWorld,
  smallHook,
  underSchedule,
} from '../support/schedule-world.ts';
import { ShellHost } from '../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../support/shells.ts';
import type { KitWorld, ModuleBed } from './module-kit.ts';

const openSchedule = (sandbox: string): ShellHost =>
  new ShellHost(underSchedule(shellKinds()[0] as ShellKind, sandbox));

const open = (sandbox: string): Promise<KitWorld> =>
  Promise.resolve({
    session: openSchedule(sandbox),
    picture: () => pictureOfSchedule(sandbox),
    close: () => Promise.resolve(),
  });

const paramsOf = (sandbox: string, more: object = {}) => ({
  ...{ name: 'sweep', playbook: smallHook(), every: '15m', directory: join(sandbox, 'hooks') },
  metrics: join(sandbox, 'metrics/unbusy.prom'),
  ...more,
});

/** Brings the host to what these parameters say, as runs of before did. */
async function install(sandbox: string, raw: object): Promise<void> {
  const session = openSchedule(sandbox);
  const params = scheduleModule.params.parse(raw);
  const seen = await scheduleModule.observe(session, params);
  if (seen.kind === 'unknown') throw seen.error;
  for (const change of scheduleModule.plan(seen.state, params, new Map())) {
    const applied = await scheduleModule.apply(session, change, params);
    if (applied.kind !== 'done') throw new Error(`${change.title}: ${applied.kind}`);
  }
}

/** A host on which something is installed before it is looked at. */
function bed(
  name: string,
  world: ScheduleWorld,
  before: object | undefined,
  wanted: object,
  disturb?: (sandbox: string) => void,
): ModuleBed {
  return {
    name,
    lay: (sandbox) => {
      laySchedule(sandbox, world);
      return paramsOf(sandbox, wanted);
    },
    open: async (sandbox) => {
      if (before !== undefined) await install(sandbox, paramsOf(sandbox, before));
      return open(sandbox);
    },
    ...(disturb === undefined ? {} : { disturb }),
    callsHost: true,
  };
}

const NEW = { systemd: '252.39-1' };
const edit = (path: string) => (sandbox: string) => writeFileSync(join(sandbox, path), 'edited\n');
const makeHooks = (sandbox: string) => mkdirSync(join(sandbox, 'hooks'));

/** Beds for `schedule`. */
export const SCHEDULE_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  schedule: [
    bed('a new timer', NEW, undefined, {}, makeHooks),
    bed('a new timer for an old systemd', { systemd: '219', analyzes: false }, undefined, {}, makeHooks),
    bed('other times of a timer', NEW, {}, { every: '1h' }, edit('etc/systemd/system/unbusy-sweep.service')),
    bed('a timer as wanted', NEW, {}, {}),
    bed('a timer that must go', NEW, {}, { state: 'absent' }, (sandbox) =>
      rmSync(join(sandbox, 'sd/unbusy-sweep.timer.active')),
    ),
    bed('a line of cron where there is no systemd', {}, undefined, {}, makeHooks),
    bed('cron instead of a timer', NEW, {}, { by: 'cron' }, edit('etc/cron.d/unbusy-sweep')),
    bed('a line of cron as wanted', {}, {}, {}),
    bed('a line of cron that must go', {}, {}, { state: 'absent' }, edit('etc/cron.d/unbusy-sweep')),
  ],
};
