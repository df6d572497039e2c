import type { Session } from '../../connection/session.ts';
import { daemonReload } from '../../programs/daemon-reload.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import { restartHolder } from '../../programs/restart-holder.ts';
import { writeTextFile } from '../../programs/text-file.ts';
import type { Applied } from '../module.ts';
import type { HolderChange } from './state.ts';

/** Does one step. The host compares its witness right before. */
export async function applyHolder(host: Session, change: HolderChange): Promise<Applied> {
  const { step } = change;
  if (step.kind === 'restart') return restartHolder(host, step.holder);
  if (step.makeDirectory !== '') {
    const made = await makeDirectory(host, { path: step.makeDirectory, mode: '0755', owner: '', group: '' });
    if (made.kind !== 'done') return made;
  }
  if (step.write) {
    const written = await writeTextFile(host, change.witness, step.content, '0644');
    if (written.kind !== 'done') return written;
  }
  return daemonReload(host);
}
