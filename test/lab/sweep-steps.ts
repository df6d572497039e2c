import { expect } from 'vitest';
import { bystanders } from './bystanders.ts';
import { listContainers } from './faults/containers.ts';
import type { DeadContainer, PlantedLeak } from './faults/model.ts';
import { mountsHeld } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { changesOf, troubleOf, type Unbusy, type UnbusyRun } from './unbusy.ts';

/** Does something that must leave the host, and each of its living containers, as they were. */
export async function harmless<T>(host: LabHost, work: () => Promise<T>): Promise<T> {
  const living = await bystanders(host);
  const before = await hostState(host);
  const done = await work();
  expect(await hostState(host)).toBe(before);
  expect(await bystanders(host)).toEqual(living);
  return done;
}

/** None of these containers is listed any more. */
export async function expectRemoved(host: LabHost, dead: readonly Pick<DeadContainer, 'id'>[]): Promise<void> {
  const listed = await listContainers(host);
  for (const { id } of dead) expect(listed.has(id)).toBe(false);
}

/** Nothing of the dead is left: no container, no mount in any holder. */
export async function expectFreed(host: LabHost, { dead, holders }: PlantedLeak): Promise<void> {
  await expectRemoved(host, dead);
  for (const holder of holders) expect(await mountsHeld(host, holder, dead)).toEqual([]);
}

/** A sweep that finds everything as wanted and changes nothing. */
export async function expectNothingToDo(unbusy: Unbusy, host: LabHost): Promise<void> {
  const again = await harmless(host, () => unbusy.sweep([host]));
  expect(again.code, troubleOf(again)).toBe(0);
  expect(changesOf(again)).toEqual([]);
}

/** The refusals of a run as "what: why". */
export function refusalsOf(ran: UnbusyRun): readonly string[] {
  return ran.report.hosts.flatMap(({ tasks }) =>
    tasks.flatMap(({ refusals }) => refusals.map((r) => `${r.what}: ${r.why}`)),
  );
}

/** The findings of a run as "kind: title". */
export function findingsOf(ran: UnbusyRun): readonly string[] {
  return ran.report.hosts.flatMap(({ tasks }) =>
    tasks.flatMap(({ findings }) => findings.map((f) => `${f.kind}: ${f.title}`)),
  );
}
