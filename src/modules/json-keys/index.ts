import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { printable } from '../../core/text.ts';
import { makeDirectory } from '../../programs/make-directory.ts';
import { recordUndo } from '../../programs/record-undo.ts';
import { statPath } from '../../programs/stat-path.ts';
import { unitStates } from '../../programs/systemd-unit-state.ts';
import { lookAtTextFile, removeEmptyDirectory, writeTextFile } from '../../programs/text-file.ts';
import { writtenAfterStart } from '../../programs/written-after-start.ts';
import { type Applied, defineModule, type Observed } from '../module.ts';
import { parseJsonTree } from './json-tree.ts';
import { type JsonKeysParams, jsonKeysParams } from './params.ts';
import { type JsonKeysChange, type JsonKeysState, planJsonKeys, refuseJsonKeys, verifyJsonKeys } from './plan.ts';

/** Sets and removes keys of a JSON file, and leaves every other byte of it as it is. */
export const jsonKeysModule = defineModule<JsonKeysParams, JsonKeysState, JsonKeysChange>({
  name: 'json_keys',
  summary: 'Sets and removes keys of a JSON file such as daemon.json; the rest of it stays byte for byte.',
  params: jsonKeysParams,
  needsRoot: false,
  observe,
  plan: planJsonKeys,
  refusals: refuseJsonKeys,
  apply,
  verify: verifyJsonKeys,
  result: describe,
  unsettled: ({ older, file }, { restarts }) =>
    older ? `${printable(restarts ?? '')} runs since before ${printable(file.path)} was written` : undefined,
});

/** Units whose next start is guarded: what their files held is kept until a restart was confirmed. */
const GUARDED = ['docker.service'];

async function observe(host: Session, { path, restarts }: JsonKeysParams): Promise<Observed<JsonKeysState>> {
  const look = await lookAtTextFile(host, path);
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const { file } = look;
  const known = (older: boolean, missing?: string): Observed<JsonKeysState> => ({
    kind: 'known',
    state: { file, older, missing },
    gaps: [],
  });
  if (file.found.type === 'absent') {
    const above = await statPath(host, { path: directoryOf(path), follow: true, hash: false, names: false });
    if (!above.ok) return { kind: 'unknown', error: above.error };
    return known(false, above.found.type === 'absent' ? directoryOf(path) : undefined);
  }
  if (restarts === undefined || file.found.type !== 'file') return known(false);
  const units = await unitStates(host, [restarts]);
  if (!units.ok) {
    // Where systemd does not run the host, nothing of it runs there.
    return units.error.code === 'E_PREFLIGHT_TOOL' ? known(false) : { kind: 'unknown', error: units.error };
  }
  const pid = units.units[0]?.mainPid ?? 0;
  if (pid === 0) return known(false);
  const compared = await writtenAfterStart(host, path, pid);
  return compared.ok ? known(compared.after === 'yes') : { kind: 'unknown', error: compared.error };
}

/** dockerd does not need /etc/docker, so many hosts have none. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

async function apply(host: Session, change: JsonKeysChange, { path, restarts }: JsonKeysParams): Promise<Applied> {
  if (restarts !== undefined && GUARDED.includes(restarts)) {
    const kept = await recordUndo(host, { unit: restarts, path });
    if (kept.kind !== 'done') return kept;
  }
  const { missing } = change.witness;
  if (typeof missing !== 'string') return writeTextFile(host, change.witness, change.text, change.mode);
  const made = await makeDirectory(host, { path: missing, mode: '0755', owner: '', group: '' });
  if (made.kind !== 'done') return made;
  const written = await writeTextFile(host, change.witness, change.text, change.mode);
  if (written.kind !== 'done') await removeEmptyDirectory(host, missing);
  return written;
}

/** Names of keys alone: their values may be secrets. */
function describe({ file }: JsonKeysState): JsonObject {
  const parsed = parseJsonTree(file.text ?? '');
  const keys = parsed.ok && parsed.root.kind === 'object' ? parsed.root.members.map(({ key }) => key) : [];
  return { path: file.path, present: file.found.type === 'file', keys };
}
