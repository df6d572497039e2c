import { createHash } from 'node:crypto';
import type { Schedule } from '../../journal/schedule-memory.ts';

/** How many milliseconds a schedule begins later on this control host: any of 0 to `splayMs`, always the same one. */
export function splayOf(splayMs: number, controlHost: string, { playbook, inventory }: Schedule): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([controlHost, playbook, ...inventory]))
    .digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * splayMs);
}
