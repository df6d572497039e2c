import type { CommandSpec } from './command.ts';
import { compileCommand } from './commands/compile.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { docCommand } from './commands/doc.ts';
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
  compileCommand,
  lintCommand,
  docCommand,
  inventoryCommand,
  demoCommand,
];

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [...MAIN, completionCommand(MAIN)];
