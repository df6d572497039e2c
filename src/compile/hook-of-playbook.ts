import { basename } from 'node:path';
import type { ExtraVars } from '../config/extra-vars.ts';
import { loadPlaybook } from '../config/playbook.ts';
import { refuseUnreadVars } from '../config/unread-vars.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Module } from '../modules/module.ts';
import { hookFile } from './hook-file.ts';
import { hookTasks } from './hook-tasks.ts';

/** A playbook's text, and what its hook is to be made with. */
export interface HookSource {
  readonly file: string;
  readonly text: string;
  readonly extraVars: ExtraVars;
  readonly modules: ReadonlyMap<string, Module>;
  readonly version: string;
  /** Seconds for everything, unless --budget of the hook says another number. */
  readonly budgetSeconds: number;
}

/** The hook of a playbook. Throws UnbusyError or MistakesError for every mistake, every -e that nothing reads, and every task that cannot be compiled. */
export function hookOfPlaybook({ file, text, extraVars, modules, version, budgetSeconds }: HookSource): string {
  const { vars } = extraVars;
  const playbook = loadPlaybook(file, text, modules, { knownNames: new Set(Object.keys(vars)), extraVars: vars });
  refuseUnreadVars(extraVars, playbook, new Set());
  const tasks = hookTasks(playbook, vars, modules);
  if (tasks.length === 0) {
    throw new UnbusyError('E_PLAYBOOK', `${file}: no task is left for a hook to do`, {
      hint: 'Every `when` is false with the vars of the play and -e.',
    });
  }
  return hookFile(tasks, { version, playbook: basename(file), playbookText: text, budgetSeconds });
}
