import type { Session } from '../../connection/session.ts';
import { type PathFound, type PathLook, statPath } from '../../programs/stat-path.ts';
import { type PathsQuestion, statPaths } from '../../programs/stat-paths.ts';
import { type UnitState, type UnitsLook, unitStates } from '../../programs/systemd-unit-state.ts';
import { lookAtTextFile, type TextFile } from '../../programs/text-file.ts';
import { writtenAfterStart } from '../../programs/written-after-start.ts';
import type { Observed } from '../module.ts';
import { type DropInParams, dropInDirectory, dropInPath, dropInText } from './params.ts';

/** A drop-in on disk, and its unit as systemd has it loaded. */
export interface DropInState {
  readonly file: TextFile;
  readonly directory: PathFound;
  readonly unit: UnitState;
  /** True: the unit's process was there before the drop-in was. */
  readonly older: boolean;
}

/** Looks at one drop-in. */
export async function observeDropIn(host: Session, params: DropInParams): Promise<Observed<DropInState>> {
  const looks = questions(params).map((question) => statPath(host, question));
  const [units, ...seen] = await Promise.all([unitStates(host, [params.unit]), ...looks]);
  return judge(host, params, units, seen);
}

/** Looks at several: one call for the paths, one for the units, both sent at once. */
export async function observeDropIns(
  host: Session,
  each: readonly DropInParams[],
): Promise<readonly Observed<DropInState>[]> {
  const names = [...new Set(each.map(({ unit }) => unit))];
  const [looks, units] = await Promise.all([statPaths(host, each.flatMap(questions)), unitStates(host, names)]);
  return Promise.all(each.map((params, index) => judge(host, params, units, looks.slice(index * 2, index * 2 + 2))));
}

function questions(params: DropInParams): readonly PathsQuestion[] {
  return [
    { path: dropInPath(params), follow: false, hash: true, names: false, expected: dropInText(params) },
    { path: dropInDirectory(params.unit), follow: false, hash: false, names: false },
  ];
}

async function judge(
  host: Session,
  params: DropInParams,
  units: UnitsLook,
  [look, directory]: readonly PathLook[],
): Promise<Observed<DropInState>> {
  if (!units.ok) return { kind: 'unknown', error: units.error };
  if (directory !== undefined && !directory.ok) return { kind: 'unknown', error: directory.error };
  const unit = units.units.find(({ asked }) => asked === params.unit);
  const read = await lookAtTextFile(host, dropInPath(params), look, dropInText(params));
  if (!read.ok) return { kind: 'unknown', error: read.error };
  const { file } = read;
  const state = { file, directory: directory?.found ?? { type: 'absent' }, unit: unit as UnitState, older: false };
  if (state.unit.mainPid === 0 || params.state === 'absent' || file.text !== dropInText(params)) return known(state);
  const compared = await writtenAfterStart(host, file.path, state.unit.mainPid);
  return compared.ok
    ? known({ ...state, older: compared.after === 'yes' })
    : { kind: 'unknown', error: compared.error };
}

const known = (state: DropInState): Observed<DropInState> => ({ kind: 'known', state, gaps: [] });
