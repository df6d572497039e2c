import { reportError, UnbusyError } from '../../core/errors.ts';
import { type ExitCode, exitCodeOfError, strongest } from '../../core/exit-codes.ts';
import { printable } from '../../core/text.ts';
import { Budget } from '../../engine/deadline.ts';
import { type DoctorCheck, type DoctorHost, renderChecks, renderDoctorHosts } from '../../report/doctor-view.ts';
import type { CommandSpec } from '../command.ts';
import { prepareWith } from '../connector.ts';
import { controllerChecks } from '../doctor/controller.ts';
import { asCron } from '../doctor/cron-world.ts';
import { lookAtHosts } from '../doctor/hosts.ts';
import { type ReadySchedule, readySchedule, scheduleLines } from '../doctor/ready-schedule.ts';
import { scheduleChecks, unattendedChecks } from '../doctor/schedule-checks.ts';
import { type Patient, patientOf } from '../doctor/targets.ts';
import type { Given } from '../given.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { styleFor } from '../look.ts';
import { runCommand } from './run.ts';

/** Options of a run that say how it is told, which the doctor has in its own way. */
const OWN: ReadonlySet<string> = new Set([
  'cron',
  'every',
  'json',
  'jsonl',
  'verbose',
  'quiet',
  'color',
  'diff',
  'list-hosts',
  'list-tasks',
  'syntax-check',
]);

/** `unbusy doctor [PLAYBOOK]`: whether a run would get as far as its hosts, and what a crontab needs; changes nothing. */
export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary:
    'Check what a run needs here and on the way to its hosts; with --cron, print a ready crontab line and timer.',
  args: [
    {
      name: 'playbook',
      help: 'Playbook that is to run; with --cron it must be given.',
      required: false,
      completes: 'file',
    },
  ],
  options: [
    {
      name: 'cron',
      kind: 'switch',
      help: 'Check as cron would run it: no agent, no terminal, a bare PATH; print crontab line and units.',
    },
    {
      name: 'every',
      kind: 'duration',
      value: 'time',
      help: 'With --cron, how often it is to run: 10m, 1h, 6h, 1d.',
      fallback: '1h',
    },
    ...runCommand.options.filter(({ name }) => !OWN.has(name)),
    { name: 'json', kind: 'switch', help: 'One JSON object on stdout.' },
    { name: 'verbose', short: 'v', kind: 'count', help: 'Show each host, with its keys, also of a large fleet.' },
    ...runCommand.options.filter(({ name }) => name === 'color'),
  ],
  examples: [
    ['unbusy doctor -i hosts.yml', 'how each host is reached by ssh_config and inventory, and whether it is'],
    ['unbusy doctor playbooks/sweep-dead.yml -i hosts.yml', 'the same as root, where the playbook becomes root'],
    ['unbusy doctor playbooks/sweep-dead.yml -i hosts.yml --cron --every 1h', 'ready for a crontab?'],
  ],
  exits: [0, 1, 2, 4, 5, 8, 9, 124, 130, 143],
  async run(io, [file], given) {
    const cron = given.has('cron');
    if (cron && file === undefined)
      throw new UnbusyError('E_USAGE', '--cron needs the playbook that is to run', {
        hint: 'Give it: unbusy doctor PLAYBOOK -i INVENTORY --cron.',
      });
    const world = cron ? asCron(io) : io;
    const patient = patientOf(file, given);
    for (const text of patient.notices) io.err.write(`${printable(text)}\n`);
    const ready = cron && file !== undefined ? readySchedule(file, given, runCommand.options) : undefined;
    const { checks, hosts } = await examine(world, given, file, patient, ready);
    const exitCode = exitCodeOf(checks, hosts);
    if (given.has('json'))
      io.out.write(`${JSON.stringify(jsonOf(io.version, exitCode, checks, hosts, ready), null, 2)}\n`);
    else tell(io, given, checks, hosts, ready);
    return exitCode;
  },
};

interface Examination {
  readonly checks: readonly DoctorCheck[];
  readonly hosts: readonly DoctorHost[];
}

async function examine(
  world: Io,
  given: Given,
  file: string | undefined,
  patient: Patient,
  ready: ReadySchedule | undefined,
): Promise<Examination> {
  const before = [
    ...(await controllerChecks(world, given)),
    ...(ready === undefined || file === undefined ? [] : scheduleChecks(world, given, file, patient, ready.times)),
  ];
  if (patient.targets.length === 0) return { checks: before, hosts: [] };
  try {
    const hosts = await reachHosts(world, given, patient);
    return { checks: ready === undefined ? before : [...before, ...unattendedChecks(hosts)], hosts };
  } catch (thrown) {
    const { code, message, hint } = reportError(thrown);
    if (code !== 'E_KEY_FILE' && code !== 'E_SSH_CONFIG') throw thrown;
    const found = { name: 'keys', status: 'fail', text: `${code}: ${message}` } as const;
    return { checks: [...before, hint === undefined ? found : { ...found, hint }], hosts: [] };
  }
}

/** Connects to all, until a signal or the deadline; throws what ended it, and E_KEY_FILE and E_SSH_CONFIG. */
async function reachHosts(world: Io, given: Given, { targets }: Patient): Promise<readonly DoctorHost[]> {
  const say = (text: string) => world.err.write(`${printable(text)}\n`);
  const interrupts = stopOnInterrupt(world, say);
  const time = new Budget(world.clock, given.duration('timeout') ?? 0, 'the doctor', '--timeout');
  const stop = AbortSignal.any([interrupts.stop, time.signal]);
  try {
    const connector = await prepareWith(world, given, targets, (event) => {
      if (event.kind === 'notice') say(`${event.host ?? ''}: ${event.text}`);
    });
    time.start();
    try {
      const hosts = await lookAtHosts(world, connector, targets, given.number('forks'), stop);
      if (stop.aborted) throw stop.reason;
      return hosts;
    } finally {
      connector.close();
    }
  } finally {
    time.pause();
    interrupts.dispose();
  }
}

/** A check that failed counts as a failed host would; hosts count as in a run. */
function exitCodeOf(checks: readonly DoctorCheck[], hosts: readonly DoctorHost[]): ExitCode {
  const failed: ExitCode[] = checks.some(({ status }) => status === 'fail') ? [5] : [];
  return strongest([
    ...failed,
    ...hosts.flatMap(({ error }) => (error === undefined ? [] : [exitCodeOfError(error.code)])),
  ]);
}

function tell(
  io: Io,
  given: Given,
  checks: readonly DoctorCheck[],
  hosts: readonly DoctorHost[],
  ready: ReadySchedule | undefined,
): void {
  const style = styleFor(io, given, io.out);
  const columns = io.out.columns();
  const detail = given.count('verbose') > 0 ? 'facts' : ready === undefined ? 'small' : 'trouble';
  const lines = [
    ...renderChecks(checks, style, columns),
    ...(hosts.length === 0 ? [] : ['', ...renderDoctorHosts(hosts, style, columns, detail)]),
    ...(ready === undefined ? [] : ['', ...scheduleLines(ready, style)]),
  ];
  io.out.write(`${lines.join('\n')}\n`);
}

function jsonOf(
  version: string,
  exitCode: number,
  checks: readonly DoctorCheck[],
  hosts: readonly DoctorHost[],
  ready: ReadySchedule | undefined,
): object {
  return {
    schema: 'unbusy/doctor/1',
    version,
    exitCode,
    checks,
    hosts,
    ...(ready === undefined ? {} : { schedule: ready }),
  };
}
