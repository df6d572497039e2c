import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import type { HostFacts, ProgramRecord } from './session.ts';

/** Where a session's shell stands among the processes of its host; what end-group.sh takes. Empty start: not our own group. */
export interface ShellPlace {
  readonly group: string;
  readonly groupStart: string;
  readonly shell: string;
  readonly shellStart: string;
}

/** The facts of a host that can be worked on, or why it cannot. */
export type Preflight =
  | { readonly ok: true; readonly facts: HostFacts; readonly place: ShellPlace }
  | { readonly ok: false; readonly error: UnbusyError };

/** Reads what unbusy_facts of prologue.sh printed. Errors: E_PREFLIGHT_OS, E_PREFLIGHT_PROC, E_PREFLIGHT_ROOT. */
export function readFacts(host: string, records: readonly ProgramRecord[], wantsRoot: boolean): Preflight {
  const field = (kind: string, index = 0) => records.find((record) => record.kind === kind)?.fields[index] ?? '';
  const facts: HostFacts = {
    os: field('os'),
    kernel: field('kernel'),
    nodename: field('nodename'),
    uid: field('uid') === '' ? -1 : Number(field('uid')),
    processGroup: Number(field('group')),
    startTime: field('group', 1),
    procVisible: field('visible') === 'yes',
    bootId: field('boot'),
  };
  const place = {
    group: field('group'),
    groupStart: field('group', 1),
    shell: field('shell'),
    shellStart: field('shell', 1),
  };
  const error = findVerdict(host, facts, field('proc') === 'yes', wantsRoot);
  return error === undefined ? { ok: true, facts, place } : { ok: false, error };
}

function findVerdict(host: string, facts: HostFacts, proc: boolean, wantsRoot: boolean): UnbusyError | undefined {
  if (facts.os !== 'Linux') {
    const found = facts.os === '' ? 'something that does not say what it is' : printable(facts.os);
    return new UnbusyError('E_PREFLIGHT_OS', `${host} runs ${found}, not Linux. Nothing was done.`, {
      host,
      hint: 'Take it out of the hosts of this play; mount namespaces exist on Linux only.',
    });
  }
  if (!proc) {
    return new UnbusyError('E_PREFLIGHT_PROC', `/proc of ${host} is not mounted, or not that of its own processes.`, {
      host,
      hint: 'Mount proc on /proc, or connect to the host itself instead of a container on it.',
    });
  }
  if (wantsRoot && facts.uid !== 0) {
    return new UnbusyError('E_PREFLIGHT_ROOT', `become on ${host} gave user id ${facts.uid}, not root.`, {
      host,
      hint: 'Look for runas_default in its sudoers, or for a target user in its doas.conf.',
    });
  }
  return undefined;
}
