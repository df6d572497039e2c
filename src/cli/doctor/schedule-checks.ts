import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { formatDuration } from '../../core/clock.ts';
import { reportError } from '../../core/errors.ts';
import { checkBeforehand } from '../../engine/preflight.ts';
import { lockHolder, ownerWords } from '../../journal/owner-lock.ts';
import { scheduleFiles } from '../../journal/schedule-memory.ts';
import { MODULES } from '../../modules/registry.ts';
import type { DoctorCheck, DoctorHost } from '../../report/doctor-view.ts';
import { foldHostsWithin } from '../../report/fold-hosts.ts';
import { count } from '../../report/story.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { whyNotWritable } from '../metrics-file.ts';
import { runsFolder } from '../recording.ts';
import { scheduleOf } from '../schedule/scheduled-run.ts';
import { holdsSecretWord } from './command-words.ts';
import { account } from './cron-world.ts';
import type { Patient } from './targets.ts';

/** How long the parts of a scheduled run may take, in milliseconds. */
export interface Times {
  readonly periodMs: number;
  readonly splayMs: number;
  readonly waitMs: number;
  readonly deadlineMs: number;
}

const HOST_COLUMNS = 40;

/** What a job of cron needs besides what any run needs; `io` is the world as cron makes it. */
export function scheduleChecks(
  io: Io,
  given: Given,
  file: string,
  patient: Patient,
  times: Times,
): readonly DoctorCheck[] {
  const metrics = given.text('metrics');
  return [
    homeCheck(),
    playbookCheck(given, file, patient, times),
    timeCheck(times),
    lockCheck(io, given, file),
    ...(metrics === undefined ? [] : [metricsCheck(resolve(metrics))]),
    ...(holdsSecretWord(given) ? [secretCheck()] : []),
  ];
}

/** What the hosts need of files, where nobody is there to unlock a key or to accept one. */
export function unattendedChecks(hosts: readonly DoctorHost[]): readonly DoctorCheck[] {
  const ours = hosts.filter(({ transport }) => transport === 'ssh');
  return [
    keysCheck(
      ours.filter(({ keys }) => keys.length === 0),
      ours.length,
    ),
    knownHostsCheck(hosts),
  ];
}

function homeCheck(): DoctorCheck {
  const { username, homedir } = account();
  const name = 'account';
  try {
    accessSync(homedir, constants.R_OK | constants.X_OK);
    return { name, status: 'ok', text: `${username}, HOME ${homedir}, PATH as cron has it` };
  } catch {
    const hint = 'Use the crontab of a user whose home is there.';
    return { name, status: 'fail', text: `${username} has the home ${homedir}, which cannot be read`, hint };
  }
}

/** What would end the run before its first host: somebody must confirm, or the soaks alone take longer than its deadline. */
function playbookCheck(
  given: Given,
  file: string,
  { plays = [], targets, selection }: Patient,
  times: Times,
): DoctorCheck {
  const tasks = plays.reduce((sum, each) => sum + each.tasks.length, 0);
  const text = `${resolve(file)}: ${count(tasks, 'task')} on ${count(targets.length, 'host')}`;
  try {
    checkBeforehand(plays, {
      ...{ mode: given.has('check') ? 'check' : 'run', modules: MODULES },
      extraVars: selection?.extraVars.vars ?? {},
      deadlines: { runMs: times.deadlineMs },
      consent: { kind: given.has('yes') ? 'given' : 'nobody' },
    });
    return { name: 'playbook', status: 'ok', text };
  } catch (thrown) {
    const { code, message, hint } = reportError(thrown);
    return {
      name: 'playbook',
      status: 'fail',
      text: `${text}; ${code}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

function timeCheck({ periodMs, splayMs, waitMs, deadlineMs }: Times): DoctorCheck {
  const parts = [
    ...(splayMs > 0 ? [`splay ${formatDuration(splayMs)}`] : []),
    ...(waitMs > 0 ? [`lock wait ${formatDuration(waitMs)}`] : []),
    `deadline ${formatDuration(deadlineMs)}`,
  ].join(' + ');
  const every = formatDuration(periodMs);
  if (splayMs + waitMs + deadlineMs < periodMs)
    return { name: 'time', status: 'ok', text: `${parts} is less than the period ${every}` };
  return {
    ...{
      name: 'time',
      status: 'fail',
      text: `${parts} is not less than the period ${every}: the next run would meet this one`,
    },
    hint: 'Lower --timeout or --splay, or run less often: --every.',
  };
}

function lockCheck(io: Io, given: Given, file: string): DoctorCheck {
  const folder = runsFolder(io, given);
  if (folder === undefined) return { name: 'lock', status: 'fail', text: 'there is no folder for it' };
  try {
    const holder = lockHolder(scheduleFiles(folder, scheduleOf(file, given)).lock);
    if (holder === undefined) return { name: 'lock', status: 'ok', text: 'free' };
    const text = `held: ${ownerWords(holder.owner)} is at work`;
    return { name: 'lock', status: 'warn', text, hint: 'Look whether it is the run that you expect.' };
  } catch (error) {
    return { name: 'lock', status: 'fail', text: error instanceof Error ? error.message : String(error) };
  }
}

function metricsCheck(path: string): DoctorCheck {
  const why = whyNotWritable(path);
  return why === undefined
    ? { name: 'metrics', status: 'ok', text: path }
    : {
        name: 'metrics',
        status: 'fail',
        text: `${path}: ${why}`,
        hint: 'Name a file in the folder that node-exporter reads.',
      };
}

function secretCheck(): DoctorCheck {
  return {
    ...{ name: 'secret', status: 'warn', text: 'a variable of -e looks like a secret; it is left out below' },
    hint: 'Put it into a file that only you can read: -e @FILE. Others read crontabs and lists of processes.',
  };
}

function keysCheck(without: readonly DoctorHost[], all: number): DoctorCheck {
  if (without.length === 0)
    return {
      name: 'keys',
      status: 'ok',
      text: `${count(all, 'host')} by key files that need no agent and no passphrase`,
    };
  const names = foldHostsWithin(
    without.map(({ host }) => host),
    HOST_COLUMNS,
  );
  const [left] = without.flatMap(({ keysNotOffered }) => keysNotOffered);
  return {
    ...{
      name: 'keys',
      status: 'fail',
      text: `${names}: no key without an agent or a passphrase${left === undefined ? '' : `: ${left}`}`,
    },
    hint: 'Give cron a key of its own without a passphrase (--private-key), limited by from= and restrict in authorized_keys.',
  };
}

function knownHostsCheck(hosts: readonly DoctorHost[]): DoctorCheck {
  const strange = hosts.filter(({ inKnownHosts }) => inKnownHosts === false);
  const name = 'host keys';
  if (strange.length === 0) return { name, status: 'ok', text: 'known_hosts names every host' };
  const text = `${foldHostsWithin(
    strange.map(({ host }) => host),
    HOST_COLUMNS,
  )}: in no known_hosts file`;
  const strict = strange.some(({ hostKeys }) => hostKeys === 'strict');
  const hint = 'Compare their keys, and add them to known_hosts, before cron runs.';
  return { name, status: strict ? 'fail' : 'warn', text, hint };
}
