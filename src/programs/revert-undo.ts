import { dockerProgram } from './docker-client.ts';
import text from './revert-undo.sh';
import store from './undo-store.sh';

/** What the host runs by itself to take a change back: constant text, put into a file there. */
export const REVERT_TEXT = dockerProgram('revert-undo', `${store}\n${text}`).text;
