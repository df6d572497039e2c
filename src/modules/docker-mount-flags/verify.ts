import { encodeText } from '../../connection/bytes.ts';
import { printable } from '../../core/text.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Verdict } from '../module.ts';
import { settingsOf } from './matrix.ts';
import { waitsForReload } from './plan.ts';
import type { MountFlagsChange, MountFlagsState } from './state.ts';

/** Pure: the file is as written, systemd has read it, and after the last change it shows what is wanted. */
export function verifyMountFlags({ service }: MountFlagsState, change: MountFlagsChange): Verdict {
  const shown = service?.shown;
  if (service === undefined || shown === undefined) {
    return { kind: 'unknown', why: 'systemd does not tell of docker.service any more' };
  }
  const path = printable(change.path);
  if (change.action !== 'reload') {
    const file = service.ordered.find((each) => each.path === change.path);
    const wanted = change.text === undefined ? undefined : sha256(encodeText(change.text));
    if (file?.sha256 !== wanted) return { kind: 'not-yet', why: `${path} is not as it was written` };
  }
  if (waitsForReload(service)) return { kind: 'not-yet', why: 'systemd has not read the unit files again' };
  if (!change.last) return { kind: 'as-wanted' };
  const reached = shown.flags === change.target && (change.target !== 'unset' || !shown.privateMounts);
  if (reached) return { kind: 'as-wanted' };
  return { kind: 'not-yet', why: `systemctl show still says ${settingsOf(shown)}` };
}
