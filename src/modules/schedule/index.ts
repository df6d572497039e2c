import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { applySchedule } from './apply.ts';
import type { ScheduleChange } from './changes.ts';
import { observeSchedule, observeSchedules, type ScheduleState } from './observe.ts';
import { type ScheduleParams, scheduleParams } from './params.ts';
import { nextOf, planSchedule } from './plan.ts';
import { refuseSchedule } from './refusals.ts';
import { verifySchedule } from './verify.ts';

/** Installs a compiled playbook on a host, with a timer of systemd or a line of cron that starts it. */
export const scheduleModule = defineModule<ScheduleParams, ScheduleState, ScheduleChange>({
  name: 'schedule',
  summary:
    'Has a host sweep itself at given times: installs a compiled playbook with a timer of systemd, or with a line of cron; or takes both away.',
  params: scheduleParams,
  compiles: { playbook: 'playbook', vars: 'vars' },
  needsRoot: true,
  observe: observeSchedule,
  observeEach: observeSchedules,
  plan: planSchedule,
  refusals: refuseSchedule,
  apply: applySchedule,
  verify: verifySchedule,
  result: describe,
});

/** When it starts next and how the last sweep ended, in systemd's words; null where cron starts it. */
function describe({ by, files, timer, service, facts }: ScheduleState): JsonObject {
  const at = (name: string) => timer?.properties.get(name) || null;
  return {
    by,
    script: files.script.path,
    present: files.script.found.type === 'file',
    cron: files.cron.found.type === 'file',
    cron_daemons: [...facts.cronDaemons],
    timer: timer?.unitFileState || null,
    next: timer === undefined ? null : (nextOf(timer) ?? null),
    last: at('LastTriggerUSec'),
    last_result: service?.properties.get('Result') || null,
  };
}
