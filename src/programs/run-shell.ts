import type { Program } from '../connection/session.ts';
import text from './run-shell.sh';
import { userCommandProgram } from './user-command.ts';

/** Runs a text in a shell with streams of its own; its driver is that of run-command. */
export const RUN_SHELL: Program = userCommandProgram('run-shell', text);
