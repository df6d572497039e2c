import functions from './hook-metrics.sh';

/** Shell functions of a compiled hook that write its numbers for the textfile collector of node-exporter. */
export const HOOK_METRICS: string = functions;
