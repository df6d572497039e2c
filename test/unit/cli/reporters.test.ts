import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { Given, type RawValue } from '../../../src/cli/given.ts';
import { machineListeners } from '../../../src/cli/reporters.ts';
import { fakeIo } from '../../support/cli-io.ts';
import { change, eventsOf, hostResult, runReport, taskResult } from '../../support/events.ts';

function printed(typed: Record<string, RawValue>): string {
  const io = fakeIo();
  const changes = [change('planned', { diff: '+secret\n' })];
  const tasks = [taskResult('a', 'would-change', { changes })];
  const report = runReport([{ ...hostResult('a', 'would-change'), tasks }], { mode: 'check' });
  const listeners = machineListeners(io, new Given(runCommand.options, new Map(Object.entries(typed)), {}));
  for (const event of eventsOf(report)) for (const listener of listeners) listener.handle(event);
  return io.written.out;
}

describe('what programs read', () => {
  it.each(['json', 'jsonl'])('has diffs in --%s with -D only', (form) => {
    expect(printed({ [form]: true })).toContain('its container is dead');
    expect(printed({ [form]: true })).not.toContain('secret');
    expect(printed({ [form]: true, diff: true })).toContain('secret');
  });
});
