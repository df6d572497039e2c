import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { type BlockDevice, NO_STUCK_TASKS, type StuckFacts, type StuckTask } from '../diagnosis/stuck-facts.ts';
import { ownerOf } from '../diagnosis/stuck-owner.ts';
import type { MountEntry } from '../mounts/model.ts';
import { parseMountLine } from '../mounts/mountinfo.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-stuck-tasks.sh';
import { runProgram } from './run-program.ts';

/** The stuck tasks of a host, or why nothing may be said. */
export type StuckSearch =
  | ({ readonly kind: 'known' } & StuckFacts)
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('find-stuck-tasks', text);

const LOOK_SECONDS = 5;

/** Three looks, each with a second to end it, and some time for the wire. */
const MARGIN_SECONDS = 20;

/** What is slow ends within seconds; a diagnosis waits for it longer than a sweep. */
const DIAGNOSIS_PAUSE_SECONDS = 3;

/** Looks for tasks that no signal ends. On a host without one it is a single reading of /proc. */
export function findStuckTasks(session: Session): Promise<StuckSearch> {
  return search(session, [String(LOOK_SECONDS)], 1);
}

/** The same with more time between the two samples, so that a disk that is only slow is not taken for one that is gone. */
export function observeStuckTasks(session: Session): Promise<StuckSearch> {
  return search(session, [String(LOOK_SECONDS), String(DIAGNOSIS_PAUSE_SECONDS)], DIAGNOSIS_PAUSE_SECONDS);
}

async function search(session: Session, args: readonly string[], pauseSeconds: number): Promise<StuckSearch> {
  const deadlineMs = (3 * LOOK_SECONDS + pauseSeconds + MARGIN_SECONDS) * 1000;
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const facts = readStuckRecords(answer.records);
  if (typeof facts !== 'string') return { kind: 'known', ...facts };
  return {
    kind: 'unknown',
    error: new UnbusyError('E_PROTOCOL', `find-stuck-tasks: ${facts}`, { host: session.host }),
  };
}

/** Puts the records together; a text says what is wrong with them. */
function readStuckRecords(records: readonly ProgramRecord[]): StuckFacts | string {
  const tasks: StuckTask[] = [];
  const tables = new Map<string, MountEntry[]>();
  const devices: BlockDevice[] = [];
  let facts = NO_STUCK_TASKS;
  for (const { kind, fields } of records) if (kind === 'sampled') facts = sampled(facts, fields);
  for (const { kind, fields } of records) {
    if (kind === 'task') {
      const task = readTask(fields, facts.sampleMs);
      if (task === undefined) return 'a task without its fields';
      tasks.push(task);
    } else if (kind === 'mount') {
      const [key = '', line = ''] = fields;
      const mount = parseMountLine(line);
      if (mount === undefined) return `a line that is no mount: ${line}`;
      tables.set(key, [...(tables.get(key) ?? []), mount]);
    } else if (kind === 'device') devices.push(readDevice(fields));
    else if (kind === 'more') facts = { ...facts, more: Number(fields[0]) };
    else if (kind === 'partial') facts = { ...facts, partial: true };
  }
  return { ...facts, tasks, tables, devices };
}

function sampled(facts: StuckFacts, [ms, machine = '']: readonly string[]): StuckFacts {
  return { ...facts, sampleMs: Number(ms), machine };
}

function readTask(fields: readonly string[], sampleMs: number): StuckTask | undefined {
  const [tid, pid, command, startTime, waits, killed, kernel, paused, blocked, call, fd, mount, table, stack, groups] =
    fields;
  if (groups === undefined || startTime === undefined || !isNumber(tid) || !isNumber(pid)) return undefined;
  const paths = groups.split('\n').map((line) => line.replace(/^[^:]*:[^:]*:/, ''));
  return {
    tid: Number(tid),
    pid: Number(pid),
    command: command ?? '',
    startTime,
    waitsIn: waits ?? '',
    stack: framesOf(stack ?? ''),
    killed: killed === 'yes',
    kernelThread: kernel === 'yes',
    paused: paused === 'yes' || paused === 'partly' ? paused : 'no',
    blockedMs: Math.max(sampleMs, isNumber(blocked) ? Number(blocked) : 0),
    ...(isNumber(call) ? { call: { number: Number(call), ...(isNumber(fd) ? { fd: Number(fd) } : {}) } } : {}),
    ...(isNumber(mount) ? { mountId: Number(mount) } : {}),
    ...(table === undefined || table === '-' ? {} : { table }),
    ...ownerOf(paths),
  };
}

/** Functions of /proc/PID/stack: "[<0>] vfs_write+0x3f0/0x450 [module]"; older kernels print addresses, and end with one that is no function. */
function framesOf(stack: string): readonly string[] {
  return stack.split('\n').flatMap((line) => {
    const name = /^\[<[0-9a-fx]+>\]\s+([A-Za-z_][\w.]*)\+0x/.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

function readDevice([device = '', name = '', suspended, inFlight, backing = '-']: readonly string[]): BlockDevice {
  return {
    device,
    name,
    suspended: suspended === '1',
    ...(isNumber(inFlight) ? { inFlight: Number(inFlight) } : {}),
    ...(backing === '-' ? {} : { backing }),
  };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}
