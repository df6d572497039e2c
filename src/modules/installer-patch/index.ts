import type { Session } from '../../connection/session.ts';
import { writeTextFile } from '../../programs/text-file.ts';
import { type Applied, defineModule } from '../module.ts';
import { type InstallerState, observeInstaller } from './observe.ts';
import { type InstallerPatchParams, installerPatchParams } from './params.ts';
import { describeInstaller, type InstallerChange, planInstaller, refuseInstaller, verifyInstaller } from './plan.ts';

/** Edits a product's own scripts, compose files and units, and leaves every other byte of them as it is. */
export const installerPatchModule = defineModule<InstallerPatchParams, InstallerState, InstallerChange>({
  name: 'installer_patch',
  summary:
    "Has a product's own installer start its monitors privileged or with rslave binds, and call the hook; takes it out again byte for byte.",
  params: installerPatchParams,
  needsRoot: false,
  observe: observeInstaller,
  plan: planInstaller,
  refusals: refuseInstaller,
  apply,
  verify: verifyInstaller,
  result: describeInstaller,
});

/** Digits of the old sha256 in a backup's name: the same old content makes the same backup, once. */
const BACKUP_DIGITS = 12;

function apply(host: Session, { witness, text }: InstallerChange, { backup }: InstallerPatchParams): Promise<Applied> {
  const suffix = backup ? `.unbusy-${String(witness.sha256).slice(0, BACKUP_DIGITS)}` : '';
  return writeTextFile(host, witness, text, undefined, suffix);
}
