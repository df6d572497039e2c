import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskResult } from '../../src/core/results.ts';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { plantMany } from './faults/leak.ts';
import type { LabHost } from './host.ts';
import { leftRunning, leftRunningAfter } from './left-running.ts';
import { type Ended, RunningSweep } from './running.ts';
import { expectFreed, expectNothingToDo } from './sweep-steps.ts';
import { tasksOf, troubleOf, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** The one task of a sweep, as its events told it. */
function taskOf({ events, stderr }: Ended): TaskResult {
  const [end] = events.flatMap((event) => (event.kind === 'task-end' ? [event.result] : []));
  if (end === undefined) throw new Error(`no task ended\n${stderr}`);
  return end;
}

/** What the report says of a step that the host did, where the run ended before it could look again. */
const APPLIED = 'applied; not looked at again yet';

/** The ids of unmounts that the host did; one that was cut off in the middle may have to be done by the next run. */
function unmounted({ changes }: Pick<TaskResult, 'changes'>): readonly string[] {
  const done = changes.filter(
    ({ outcome, note }) => outcome === 'changed' || (outcome === 'unknown' && note === APPLIED),
  );
  return done.map(({ id }) => id).filter((id) => id.startsWith('unmount:'));
}

/** ^C twice: the work on the host is ended and looked after before the command ends. */
async function interrupt(host: LabHost): Promise<readonly string[]> {
  const sweep = new RunningSweep(unbusy, host);
  await sweep.midSweep();
  sweep.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 50));
  sweep.kill('SIGINT');
  const ended = await sweep.ended;
  expect(ended.code, ended.stderr).toBe(130);
  expect(await leftRunning(host)).toEqual([]);
  const task = taskOf(ended);
  expect(task).toMatchObject({ status: 'unknown', error: { code: 'E_INTERRUPTED' } });
  expect(task.changes.some(({ id, outcome }) => id.startsWith('unmount:') && outcome === 'unknown')).toBe(true);
  return unmounted(task);
}

/** The controller is killed: the host's own guard ends what it left. */
async function kill(host: LabHost): Promise<void> {
  const sweep = new RunningSweep(unbusy, host);
  await sweep.midSweep();
  expect(await leftRunning(host)).not.toEqual([]);
  sweep.kill('SIGKILL');
  expect((await sweep.ended).code).toBe(null);
  expect(await leftRunningAfter(host, 20_000)).toEqual([]);
}

/** The link goes without a word: the run ends by itself, and no step goes on on the host. */
async function cut(host: LabHost): Promise<readonly string[]> {
  const sweep = new RunningSweep(unbusy, host);
  await sweep.midSweep();
  await host.cut();
  const ended = await sweep.ended;
  expect(ended.code, ended.stderr).toBe(9);
  const task = taskOf(ended);
  expect(task).toMatchObject({ status: 'unknown', error: { code: 'E_PROGRAM_LOST' } });
  expect(task.error?.message).toContain('connection was lost');
  // The shell waits for a next program, and its guard for the end of the connection: nothing else is there.
  for (const left of await leftRunning(host)) expect(left).toMatch(/^(?:sh: |sleep: (?:\/bin\/)?sleep 3)/);
  await host.heal();
  expect(await leftRunningAfter(host, 60_000)).toEqual([]);
  return unmounted(task);
}

describeLab('a sweep that is cut short', { many: { legacyRmdir: true } }, (hosts) => {
  test('by ^C, by a kill, by a cut link; the next one goes on, and nothing is done twice', async () => {
    const host = hosts.many;
    const planted = await plantMany(host);
    const living = await bystanders(host);
    const first = await interrupt(host);
    await kill(host);
    const second = await cut(host);
    expect(await bystanders(host)).toEqual(living);

    const last = await unbusy.sweep([host]);
    expect(last.code, troubleOf(last)).toBe(0);
    const third = tasksOf(last).flatMap((task) => unmounted(task));
    expect(third.length).toBeGreaterThan(0);
    expect(new Set([...first, ...second, ...third]).size).toBe(first.length + second.length + third.length);
    await expectFreed(host, planted);
    expect(await bystanders(host)).toEqual(living);
    await expectNothingToDo(unbusy, host);
  });
});
