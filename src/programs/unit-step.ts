import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import type { HostStep } from './host-step.ts';
import { type Answer, runProgram } from './run-program.ts';
import { SYSTEMD_EXITS, systemdMissing, systemdSilent } from './systemd.ts';
import text from './unit-step.sh';

const PROGRAM = boundedProgram('unit-step', text);

/** systemd's own limits for start and stop are 90 seconds unless the unit says otherwise. */
const STEP_SECONDS = 150;

/** What systemd can be asked to do with a unit. */
export type UnitVerb = 'start' | 'stop' | 'restart' | 'enable' | 'disable' | 'mask' | 'unmask';

/** A step on a unit, and how the unit must still be right before it. */
export interface UnitStep {
  readonly verb: UnitVerb | 'reset-failed';
  readonly unit: string;
  /** True: in /run, for what stands there. */
  readonly runtime: boolean;
  /** "ActiveState MainPID"; "-": it does not matter. */
  readonly expected: string;
  /** UnitFileState; "-": it does not matter. */
  readonly expectedFile: string;
}

/** Asks systemd for one step; a failure carries the unit's last journal lines as data. */
export async function unitStep(session: Session, step: UnitStep): Promise<HostStep> {
  const { verb, unit, runtime, expected, expectedFile } = step;
  const args = [verb, unit, runtime ? '--runtime' : '', expected, expectedFile, String(STEP_SECONDS)];
  const what = `systemctl ${verb} ${printable(unit)}`;
  const answer = await runProgram(
    session,
    { program: PROGRAM, args, deadlineMs: (STEP_SECONDS + 60) * 1000 },
    SYSTEMD_EXITS,
  );
  if (!answer.ok) return { kind: answer.error.class === 'unknown' ? 'unknown' : 'failed', error: answer.error };
  const say = (kind: string) => answer.records.find((record) => record.kind === kind)?.fields[0] ?? '';
  switch (answer.code) {
    case EXIT.done:
      return { kind: 'done' };
    case EXIT.stale:
      return { kind: 'stale', found: printable(say('found')) };
    case EXIT.toolMissing:
      return { kind: 'failed', error: systemdMissing(session, what) };
    case EXIT.timedOut:
      return { kind: 'unknown', error: systemdSilent(session, what, say('stuck')) };
    default:
      if (say('refused') === 'carries') return { kind: 'denied', why: carriesWords(what) };
      return { kind: 'failed', error: failure(session, what, answer) };
  }
}

const carriesWords = (what: string): string =>
  `${what} would end the very session that asks for it: it runs in that unit; nothing was done`;

function failure(session: Session, what: string, { records }: Answer & { readonly ok: true }): UnbusyError {
  const fields = (kind: string) => records.find((record) => record.kind === kind)?.fields ?? [];
  const journal = records.filter(({ kind }) => kind === 'journal').map((record) => record.fields[0] ?? '');
  const said = printable((fields('said')[0] ?? '').split('\n')[0] ?? '').slice(0, 300);
  const [active = '', sub = '', result = ''] = fields('state');
  const last = printable(journal.filter((line) => line !== '').at(-1) ?? '').slice(0, 300);
  const state = active === '' ? '' : `; it is ${printable(`${active} (${sub})`)}`;
  return new UnbusyError(
    'E_DENIED',
    `${what} failed: ${said || 'systemd said no more'}${state}${last === '' ? '' : `; its journal ends: ${last}`}`,
    {
      host: session.host,
      hint: 'Look at the journal of the unit: journalctl -u.',
      data: { said: fields('said')[0] ?? '', active, sub, result, journal },
    },
  );
}
