import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Gap } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { readSysctl, type SysctlFound } from '../../programs/read-sysctl.ts';
import { setSysctl } from '../../programs/set-sysctl.ts';
import { lookAtTextFile, writeTextFile } from '../../programs/text-file.ts';
import { type Applied, defineModule, type Observed } from '../module.ts';
import { normalValue, pathOfKey } from './key.ts';
import { type SysctlParams, sysctlParams } from './params.ts';
import { planSysctl, refuseSysctl, type SysctlChange, type SysctlState, verifySysctl } from './plan.ts';

/** Sets a kernel parameter now and for the next boot, and reads it back. */
export const sysctlModule = defineModule<SysctlParams, SysctlState, SysctlChange>({
  name: 'sysctl',
  summary: 'Makes a kernel parameter have a value, now and after the next boot.',
  params: sysctlParams,
  needsRoot: true,
  observe,
  plan: planSysctl,
  refusals: refuseSysctl,
  apply,
  verify: verifySysctl,
  result: describe,
});

async function observe(host: Session, params: SysctlParams): Promise<Observed<SysctlState>> {
  const { key, persistent } = params;
  const [look, file] = await Promise.all([
    readSysctl(host, pathOfKey(key)),
    persistent ? lookAtTextFile(host, params.file) : undefined,
  ]);
  if (!look.ok) return { kind: 'unknown', error: look.error };
  if (file !== undefined && !file.ok) return { kind: 'unknown', error: file.error };
  const { found } = look;
  const state = { key, found, file: file?.file, kernel: host.facts.kernel };
  return { kind: 'known', state, gaps: gapsOf(found, persistent) };
}

function gapsOf({ value, closed }: SysctlFound, persistent: boolean): readonly Gap[] {
  const why = 'cannot be read, so nobody knows whether it sets another value at boot';
  return value !== undefined && persistent ? closed.map((path) => ({ what: printable(path), why })) : [];
}

function apply(host: Session, change: SysctlChange): Promise<Applied> {
  const { witness, text } = change;
  if (change.action === 'boot') return writeTextFile(host, witness, text, undefined);
  return setSysctl(host, { path: String(witness.path), expected: String(witness.value), value: text });
}

function describe({ key, found, file, kernel }: SysctlState): JsonObject {
  if (found.value === undefined) {
    return { key, exists: false, reason: `this kernel (${printable(kernel)}) has no such parameter` };
  }
  return { key, exists: true, value: normalValue(found.value), ...(file === undefined ? {} : { file: file.path }) };
}
