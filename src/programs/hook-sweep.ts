import type { Program } from '../connection/session.ts';
import { hookLookProgram } from './hook-look.ts';
import text from './hook-sweep.sh';

/** The body of a compiled hook that frees and removes dead containers; it runs inside of the frame, never over a session. */
export const HOOK_SWEEP: Program = hookLookProgram('hook-sweep', text);
