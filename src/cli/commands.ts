import type { CommandSpec } from './command.ts';
import { compileCommand } from './commands/compile.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { docCommand } from './commands/doc.ts';
import { doctorCommand } from './commands/doctor.ts';
import { inventoryCommand } from './commands/inventory.ts';
import { lintCommand } from './commands/lint.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { scanCommand } from './commands/scan.ts';
import { whyCommand } from './commands/why.ts';

const MAIN: readonly CommandSpec[] = [
  runCommand,
  resumeCommand,
  scanCommand,
  whyCommand,
  diagnoseCommand,
  compileCommand,
  lintCommand,
  docCommand,
  inventoryCommand,
  doctorCommand,
  demoCommand,
];

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [...MAIN, completionCommand(MAIN)];
