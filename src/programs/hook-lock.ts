import functions from './hook-lock.sh';

/** Shell functions of a compiled hook: its directory, its lock, and the end of all that it started. */
export const HOOK_LOCK: string = functions;
