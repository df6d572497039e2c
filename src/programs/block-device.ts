import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import type { BlockDevice, DeviceStack } from '../mounts/block-devices.ts';
import text from './block-device.sh';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** What stands upon a device and who has it open; absent: there is no block device of that name or number. */
export type DeviceLook =
  | { readonly kind: 'known'; readonly stack: DeviceStack }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('block-device', text);

const STEP_SECONDS = 10;

/** Looks at a block device, by MAJOR:MINOR or by a path below /dev. */
export async function readBlockDevice(session: Session, device: string): Promise<DeviceLook> {
  const call = { program: PROGRAM, args: [String(STEP_SECONDS), device], deadlineMs: (2 * STEP_SECONDS + 20) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code === EXIT.timedOut) {
    const why = `the look at ${printable(device)} did not end within ${STEP_SECONDS} s`;
    return { kind: 'unknown', error: new UnbusyError('E_PROGRAM_TIMEOUT', why, { host: session.host }) };
  }
  const refused = answer.records.find(({ kind }) => kind === 'refused')?.fields[0];
  if (refused !== undefined) {
    const why = refused === 'absent' ? 'there is no such block device' : 'it is no block device';
    return { kind: 'absent', why: `${printable(device)}: ${why}` };
  }
  return { kind: 'known', stack: stackOf(device, answer.records) };
}

function stackOf(asked: string, records: readonly ProgramRecord[]): DeviceStack {
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const aliases = new Map(of('alias').map(([number = '', name = '']) => [number, name]));
  const devices = of('device').map(([number = '', name = '', relation, base = '']): BlockDevice => {
    const alias = aliases.get(number);
    const names = [`/dev/${name}`, ...(alias === undefined ? [] : [alias])];
    return { number, name, names, relation: relation as BlockDevice['relation'], of: base };
  });
  return {
    asked,
    devices,
    loops: of('loop').map(([number = '', name = '', file = '']) => ({ number, name, file })),
    swaps: of('swap').map(([name = '']) => name),
    openers: of('opener').map(([pid, command = '', state = '', fd = '', number = '']) => ({
      ...{ pid: Number(pid), command, state, fd, number },
    })),
    moreOpeners: Number(of('more')[0]?.[0] ?? 0),
    partial: of('partial').length > 0,
  };
}
