import type { Program } from '../connection/session.ts';
import { dockerProgram } from './docker-client.ts';
import text from './select-labelled.sh';

/** Tells the containers with a label, by the daemon or from its files; the compiled hook calls it for --only label=. */
export const SELECT_LABELLED: Program = dockerProgram('select-labelled', text);
