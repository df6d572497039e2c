import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../../src/core/results.ts';
import {
  type DemoFleet,
  type DemoHosts,
  startDemoFleet,
  startNamespaceHosts,
  startRecordedHosts,
} from '../../../src/demo/fleet.ts';
import recorded from '../../../src/demo/recorded-fleet.json' with { type: 'json' };
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { SWEEP, scanFleet, sweepFleet } from '../../support/sweep-fleet.ts';

async function realHosts(scratch: string): Promise<DemoHosts> {
  const hosts = await startNamespaceHosts(scratch);
  if ('why' in hosts) throw new Error(hosts.why);
  return hosts;
}

const kinds = [
  ['recorded hosts', true, async () => startRecordedHosts(recorded, 'the test asks for them')],
  [`hosts of namespaces${CAN_UNSHARE ? '' : ' (left out: unshare(1) is not allowed here)'}`, CAN_UNSHARE, realHosts],
] as const;

const statuses = (report: RunReport) => Object.fromEntries(report.hosts.map(({ host, status }) => [host, status]));
const outcomes = (report: RunReport) =>
  report.hosts.flatMap(({ tasks }) => tasks.flatMap(({ changes }) => changes.map(({ outcome }) => outcome)));
const errors = (report: RunReport) => report.hosts.flatMap(({ tasks }) => tasks.flatMap(({ error }) => error ?? []));

describe.each(kinds)('the sweep over %s', (_name, possible, startHosts) => {
  let fleet: DemoFleet;
  beforeAll(async () => {
    if (possible) fleet = await startDemoFleet(startHosts);
  });
  afterAll(() => fleet?.stop());

  // One story: each step stands on the one before.
  it.runIf(possible)('shows what it would do, does it, and has nothing to do afterwards', async () => {
    const dirty = { 'web-1': 'would-change', 'web-2': 'would-change', 'db-1': 'ok', 'build-1': 'would-change' };
    // The demo begins with it, and it asks more than a sweep does.
    const before = await scanFleet(fleet);
    expect(before.text).not.toContain('E_PROGRAM_EXIT');
    expect(before.exitCode).toBe(3);
    const planned = await sweepFleet(fleet, SWEEP, 'check');
    expect(errors(planned)).toEqual([]);
    expect(statuses(planned)).toEqual(dirty);
    expect(statuses(await sweepFleet(fleet, SWEEP, 'check'))).toEqual(dirty);

    const swept = await sweepFleet(fleet, SWEEP, 'run');
    expect(errors(swept)).toEqual([]);
    expect(statuses(swept)).toEqual({ 'web-1': 'changed', 'web-2': 'changed', 'db-1': 'ok', 'build-1': 'changed' });
    expect(outcomes(swept)).toEqual(Array(9).fill('changed'));

    const again = await sweepFleet(fleet, SWEEP, 'run');
    expect(statuses(again)).toEqual({ 'web-1': 'ok', 'web-2': 'ok', 'db-1': 'ok', 'build-1': 'ok' });
    expect(outcomes(again)).toEqual([]);
    expect(again.exitCode).toBe(0);
    const after = await scanFleet(fleet);
    expect(after.text).toContain('nothing to release on 4 hosts');
    expect(after.exitCode).toBe(0);
  });
});
