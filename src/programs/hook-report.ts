import functions from './hook-report.sh';

/** Shell functions of a compiled hook for its log, its counts, its status file and its last line. */
export const HOOK_REPORT: string = functions;
