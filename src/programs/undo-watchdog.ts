import type { Program } from '../connection/session.ts';
import { runningProgram } from './docker-running.ts';
import store from './undo-store.sh';
import watchdog from './undo-watchdog.sh';

/** A program that begins with the functions of docker-running.sh and what it needs, undo-store.sh and undo-watchdog.sh. */
export function watchedProgram(name: string, text: string): Program {
  return runningProgram(name, `${store}\n${watchdog}\n${text}`);
}
