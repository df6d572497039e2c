import { printable } from '../../core/text.ts';
import type { DaemonProcess } from '../../programs/docker-restart-state.ts';
import type { UndoEntry } from '../../programs/undo-state.ts';
import { namespaceContradiction } from './namespace.ts';
import type { DockerRestartParams } from './params.ts';
import { daemonOf, type RestartState } from './state.ts';

/** Why dockerd has to be restarted; empty: it runs by what is configured, as far as anyone asked for a restart. */
export function reasonsOf(state: RestartState, params: Pick<DockerRestartParams, 'force'>): readonly string[] {
  const { unit, undo } = state;
  const daemon = daemonOf(state);
  const newer = undo.entries.filter((entry) => daemon === undefined || isNewer(entry, state, daemon));
  const contradiction = namespaceContradiction(state);
  return [
    ...(newer.length === 0 ? [] : [changedWords(newer, daemon !== undefined)]),
    ...(contradiction === undefined ? [] : [contradiction]),
    ...(unit?.needsReload === true ? ['its unit files are newer than what systemd has read'] : []),
    ...(params.force ? ['it was asked for (force)'] : []),
  ];
}

/**
 * What is as it was when it was first kept, which was after the daemon's start: the write did not come about, or was taken back,
 * and the daemon never met anything else.
 */
export function isIdle(entry: UndoEntry, daemon: DaemonProcess | undefined): boolean {
  return daemon !== undefined && entry.asKeptSince > Number(daemon.start);
}

/** An entry of another boot is older than any daemon of this one; one without a time is taken for new. */
function isNewer(entry: UndoEntry, { undo }: RestartState, daemon: DaemonProcess): boolean {
  if (isIdle(entry, daemon)) return false;
  if (Number.isNaN(entry.ticks)) return true;
  return entry.boot === undo.boot && entry.ticks >= Number(daemon.start);
}

function changedWords(entries: readonly UndoEntry[], runs: boolean): string {
  const paths = entries.map(({ path }) => printable(path)).join(', ');
  return runs ? `${paths} changed after dockerd was started` : `${paths} changed, and dockerd does not run`;
}
