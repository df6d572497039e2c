import type { Change } from '../../core/results.ts';
import type { DaemonProcess, RestartView } from '../../programs/docker-restart-state.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { UndoState } from '../../programs/undo-state.ts';

/** The unit that is restarted. */
export const UNIT = 'docker.service';

/** What was seen of one host. */
export interface RestartState {
  /** Undefined: systemd does not run this host. */
  readonly unit: UnitState | undefined;
  readonly undo: UndoState;
  readonly view: RestartView;
}

/** One step. `restart` carries what the host compares; the others name what they settle. */
export type RestartStep =
  | {
      readonly kind: 'restart';
      readonly pid: number;
      readonly start: string;
      readonly keys: readonly string[];
      /** Ids of what runs; undefined: not known. */
      readonly running: readonly string[] | undefined;
      /** Ids of what must run again. */
      readonly comeBack: readonly string[];
      readonly liveRestore: LiveRestore;
    }
  | { readonly kind: 'confirm'; readonly token: string | undefined; readonly keys: readonly string[] }
  | { readonly kind: 'revert'; readonly token: string; readonly reason: 'unconfirmed' | 'containers' }
  | { readonly kind: 'restore'; readonly keys: readonly string[]; readonly pid: number; readonly start: string }
  | { readonly kind: 'acknowledge'; readonly tokens: readonly string[] };

/** A change of this module. */
export interface RestartChange extends Change {
  readonly step: RestartStep;
}

/**
 * Whether containers live through the restart. `kept`: the running daemon leaves them alone, and the next one takes them over;
 * `stops`: one of the two does not; `unknown`: what the next one will do could not be read.
 */
export type LiveRestore = 'kept' | 'stops' | 'unknown';

/** The daemon of the unit, if it runs. */
export function daemonOf({ unit, view }: RestartState): DaemonProcess | undefined {
  if (unit === undefined || unit.mainPid === 0) return undefined;
  return view.daemons.find(({ pid }) => pid === unit.mainPid) ?? view.daemons.find((each) => each.unit === unit.id);
}
