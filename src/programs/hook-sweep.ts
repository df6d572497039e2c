import type { Program } from '../connection/session.ts';
import { hookActProgram } from './hook-act.ts';
import text from './hook-sweep.sh';

/** The body of a compiled hook that frees and removes dead containers; it runs inside of the frame, never over a session. */
export const HOOK_SWEEP: Program = hookActProgram('hook-sweep', text);
