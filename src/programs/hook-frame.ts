import text from './hook-frame.sh';
import { HOOK_LOCK } from './hook-lock.ts';
import { HOOK_METRICS } from './hook-metrics.ts';
import { HOOK_REPORT } from './hook-report.ts';
import { NAP } from './nap.ts';

/** The end of a compiled hook: its functions and the call that starts it. Nothing runs before the last line was read. */
export const HOOK_FRAME: string = `${NAP}\n${HOOK_LOCK}\n${HOOK_REPORT}\n${HOOK_METRICS}\n${text}`;
