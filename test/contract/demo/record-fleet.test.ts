import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDemoFleet, startNamespaceHosts } from '../../../src/demo/fleet.ts';
import { SCENES } from '../../../src/demo/scenes.ts';
import { RecordingHost } from '../../support/demo-recorder.ts';
import { recordingText } from '../../support/recording-text.ts';
import { SWEEP, scanFleet, sweepFleet } from '../../support/sweep-fleet.ts';

const FILE = join(import.meta.dirname, '../../../src/demo/recorded-fleet.json');

// Needed after a program, its arguments or its records have changed; then sweep.test.ts fails over recorded hosts.
describe('the recording of the demo fleet', () => {
  it.runIf(process.env.UNBUSY_RECORD === '1')('is made anew (only with UNBUSY_RECORD=1)', async () => {
    const hosts: RecordingHost[] = [];
    const fleet = await startDemoFleet(async (scratch) => {
      const real = await startNamespaceHosts(scratch);
      if ('why' in real) throw new Error(real.why);
      hosts.push(...real.hosts.map((host) => new RecordingHost(host)));
      return { ...real, hosts };
    });
    const exits: number[] = [];
    exits.push((await scanFleet(fleet)).exitCode);
    for (const mode of ['check', 'run', 'run', 'check'] as const) {
      exits.push((await sweepFleet(fleet, SWEEP, mode)).exitCode);
    }
    exits.push((await scanFleet(fleet)).exitCode);
    await fleet.stop();
    expect(exits).toEqual([3, 3, 0, 0, 0, 0]);
    const answers = SCENES.map(({ host }, index) => [host, hosts[index]?.answers ?? []] as const);
    writeFileSync(FILE, recordingText(Object.fromEntries(answers)));
  });
});
