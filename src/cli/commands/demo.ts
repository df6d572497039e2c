import { type DemoFleet, startDemoFleet } from '../../demo/fleet.ts';
import type { Style } from '../../report/style.ts';
import type { CommandSpec } from '../command.ts';
import { Given, type RawValue } from '../given.ts';
import type { Io } from '../io.ts';
import { loadPlaybookAndInputs } from '../load-inputs.ts';
import { styleFor } from '../look.ts';
import { LOOK_OPTIONS } from '../option-groups.ts';
import { packageFile, SWEEP } from '../package-file.ts';
import { runAndPrint } from '../run-and-print.ts';
import { runCommand } from './run.ts';
import { scanAndPrint, scanCommand } from './scan.ts';

/** `unbusy demo`: the main job on a small fleet that this command brings along. */
export const demoCommand: CommandSpec = {
  name: 'demo',
  summary: 'Show the main job on a small fleet of its own; needs no hosts and no Docker.',
  args: [],
  options: [...LOOK_OPTIONS],
  examples: [['unbusy demo', 'scan, run, run again; everything is gone afterwards']],
  exits: [0, 1, 2, 4, 5, 9, 124, 130, 143],
  async run(io, _args, given) {
    let stopped = 0;
    const dispose = io.onSignal((signal) => {
      stopped = signal === 'SIGINT' ? 130 : 143;
    });
    const fleet = await startDemoFleet();
    try {
      return await show(io, given, fleet, () => stopped);
    } finally {
      await fleet.stop();
      dispose();
    }
  },
};

/** Scan, run, run again; ends early with the first exit code that is not the expected one. */
async function show(io: Io, given: Given, fleet: DemoFleet, stopped: () => number): Promise<number> {
  const style = styleFor(io, given, io.out);
  const [scan, run] = [givenFor(scanCommand, given, fleet, io), givenFor(runCommand, given, fleet, io)];
  const file = packageFile(SWEEP);
  const steps: readonly { title: string; expected: number; act: () => Promise<number> }[] = [
    { title: 'unbusy scan: look, change nothing', expected: 3, act: () => scanAndPrint(io, scan) },
    { title: `unbusy run ${SWEEP}: release, remove, prove`, expected: 0, act: () => sweep(io, file, run) },
    { title: 'the same again: nothing is left to do', expected: 0, act: () => sweep(io, file, run) },
  ];
  io.out.write(`${fleet.description}\n`);
  for (const { title, expected, act } of steps) {
    if (stopped() !== 0) return stopped();
    io.out.write(`\n${style.paint('bold', `${style.glyph('arrow')} ${title}`)}\n`);
    const code = await act();
    if (stopped() !== 0) return stopped();
    if (code !== expected) return otherwise(io, title, code, expected);
  }
  io.out.write(`${closing(style).join('\n')}\n`);
  return 0;
}

/** A fleet of ours where there is nothing to find, or something is left to do, is a mistake of ours. */
function otherwise(io: Io, title: string, code: number, expected: number): number {
  io.err.write(`The demo stops here: "${title}" ended with exit ${code} instead of ${expected}.\n`);
  return code === 0 || code === 3 ? 1 : code;
}

async function sweep(io: Io, file: string, given: Given): Promise<number> {
  return runAndPrint(io, { ...loadPlaybookAndInputs(file, given), tags: [], skipTags: [] }, given);
}

/** The options of another command, set for the fleet. */
function givenFor(command: CommandSpec, given: Given, fleet: DemoFleet, io: Io): Given {
  const typed = new Map<string, RawValue>([
    ...given.typed,
    ['inventory', [fleet.inventoryFile]],
    ['ssh-config', fleet.sshConfigFile],
    ['host-keys', 'strict'],
  ]);
  return new Given(command.options, typed, { ...io.env, UNBUSY_INVENTORY: undefined, UNBUSY_USER: undefined });
}

function closing(style: Style): readonly string[] {
  return [
    '',
    style.paint('bold', 'The demo fleet is being taken down; nothing of it stays. On your own hosts:'),
    '  npx unbusy scan -i host1,host2,                              look, change nothing',
    `  npx unbusy run ${SWEEP} -i host1,host2, -C   what would be done`,
    `  npx unbusy run ${SWEEP} -i host1,host2,      do it`,
  ];
}
