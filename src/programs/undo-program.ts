import type { Program } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import client from './docker-client.sh';
import running from './docker-running.sh';
import revert from './revert-undo.sh';
import store from './undo-store.sh';
import watchdog from './undo-watchdog.sh';

/** A program that begins with the functions of bounded.sh and undo-store.sh. */
export function undoProgram(name: string, text: string): Program {
  return boundedProgram(name, `${store}\n${text}`);
}

/** The same, with the functions that set the host to watch, and those that ask the Docker daemon. */
export function watchedProgram(name: string, text: string): Program {
  return undoProgram(name, [client, running, watchdog, text].join('\n'));
}

/** What the host runs by itself to take a change back: constant text, put into a file there. */
export const REVERT_TEXT = undoProgram('revert-undo', `${client}\n${revert}`).text;
