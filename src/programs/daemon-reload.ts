import type { Session } from '../connection/session.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import text from './daemon-reload.sh';
import { EXIT } from './exit-numbers.ts';
import type { HostStep } from './host-step.ts';
import { runProgram } from './run-program.ts';
import { SYSTEMD_EXITS, systemdMissing, systemdSilent } from './systemd.ts';

const PROGRAM = boundedProgram('daemon-reload', text);

/** A reload is a matter of seconds, also on a host with thousands of units. */
const RELOAD_SECONDS = 60;

const WHAT = 'systemctl daemon-reload';

/** Lets systemd read its unit files again; without systemd `failed` with E_PREFLIGHT_TOOL. */
export async function daemonReload(session: Session): Promise<HostStep> {
  const call = { program: PROGRAM, args: [String(RELOAD_SECONDS)], deadlineMs: (RELOAD_SECONDS + 15) * 1000 };
  const answer = await runProgram(session, call, SYSTEMD_EXITS);
  if (!answer.ok) return { kind: answer.error.class === 'unknown' ? 'unknown' : 'failed', error: answer.error };
  const say = (kind: string) => answer.records.find((record) => record.kind === kind)?.fields[0] ?? '';
  switch (answer.code) {
    case EXIT.done:
      return { kind: 'done' };
    case EXIT.toolMissing:
      return { kind: 'failed', error: systemdMissing(session, WHAT) };
    case EXIT.timedOut:
      return { kind: 'unknown', error: systemdSilent(session, WHAT, say('stuck')) };
    default:
      return { kind: 'denied', why: `${WHAT}: ${printable(say('said')).slice(0, 600) || 'refused'}` };
  }
}
