import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { PathFound } from '../../programs/stat-path.ts';
import { refuseTextFile, textFileDiff } from '../../programs/text-file.ts';
import { type FileKind, KINDS, MODES, pathsOf } from './files.ts';
import type { ScheduleState } from './observe.ts';
import { readMark } from './own-mark.ts';
import type { ScheduleParams } from './params.ts';
import { calendarOf, cronTimesOf } from './times.ts';

/** What is in the way; then nothing at all is written. */
export function refuseSchedule(state: ScheduleState, params: ScheduleParams): readonly Refusal[] {
  const files = KINDS.flatMap((kind) => refuseFile(state, kind, params));
  if (params.state === 'absent') return [...files, ...refuseRunning(state)];
  return [...refuseStarter(state, params), ...refusePlaces(state, params), ...files, ...refuseNamespace(state)];
}

function refuseStarter({ by, facts, timer }: ScheduleState, params: ScheduleParams): readonly Refusal[] {
  const what = `schedule ${params.name}`;
  if (by === 'cron') {
    if (!facts.cronDirectory) {
      const neither =
        params.by === 'auto' ? 'neither systemd runs this host nor is there /etc/cron.d' : 'there is no /etc/cron.d';
      return [
        {
          what,
          why: neither,
          hint: 'Install a cron that reads /etc/cron.d, or sweep the host from elsewhere: unbusy run --cron.',
        },
      ];
    }
    if (cronTimesOf(params) !== undefined) return [];
    return [
      {
        what,
        why: 'cron is to start it, and only systemd can read `calendar`',
        hint: 'Give `every`, or `cron` beside `calendar`.',
      },
    ];
  }
  if (facts.systemd === undefined)
    return [{ what, why: 'systemd does not run this host', hint: 'Give `by: cron`, or `by: auto`.' }];
  const calendar = calendarOf(params);
  if (calendar === undefined)
    return [
      { what, why: 'systemd is to start it, and only cron can read `cron`', hint: 'Give `every` or `calendar`.' },
    ];
  if (facts.calendar.kind === 'bad') {
    const why = `systemd here does not understand "${printable(calendar)}": ${facts.calendar.said}`;
    return [{ what, why, hint: 'Try it there: systemd-analyze calendar.' }];
  }
  if (timer?.loadState !== 'masked') return [];
  return [
    {
      what: printable(timer.id),
      why: 'is masked, so nobody can start it',
      hint: `Unmask it: systemctl unmask ${printable(timer.id)}.`,
    },
  ];
}

function refusePlaces({ directory, metricsDirectory }: ScheduleState, params: ScheduleParams): readonly Refusal[] {
  const metrics = params.metrics?.replace(/\/[^/]*$/, '') ?? '';
  return [
    ...refuseDirectory(directory, printable(params.directory)),
    ...(metricsDirectory === undefined || metricsDirectory.type === 'directory'
      ? []
      : [
          {
            what: printable(metrics),
            why: metricsDirectory.type === 'absent' ? 'does not exist' : `is no directory (${metricsDirectory.type})`,
            hint: 'Give the directory that node-exporter reads (--collector.textfile.directory), or leave `metrics` out.',
          },
        ]),
  ];
}

/** Root runs what lies there. */
function refuseDirectory(found: PathFound, what: string): readonly Refusal[] {
  if (found.type === 'absent') return [];
  if (found.type !== 'directory')
    return [{ what, why: `is no directory (${found.type})`, hint: 'Give another `directory`.' }];
  const isOurs = found.uid === 0 && (Number.parseInt(found.mode, 8) & 0o022) === 0;
  if (isOurs) return [];
  const why = `others than root may change what lies in it (owner ${found.uid}, mode ${found.mode}), and root would run it`;
  return [{ what, why, hint: 'Make it root:root 0755, or give another `directory`.' }];
}

/** What somebody edited is not lost by the way, and what is none of ours is not touched. */
function refuseFile(state: ScheduleState, kind: FileKind, params: ScheduleParams): readonly Refusal[] {
  const file = state.files[kind];
  const text = state.wanted[kind];
  if (file.found.type === 'absent' || file.text === text) return [];
  const odd = refuseTextFile(file);
  if (odd.length > 0 || params.force || file.text === undefined) return odd;
  const mark = readMark(file.text);
  if (mark === 'whole') return [];
  const why = mark === 'edited' ? 'was edited since unbusy wrote it' : 'is there, and unbusy did not write it';
  const hint =
    'Put the edit into the playbook and the file back, or give `force: true` to lose what is there (-D shows it).';
  return [{ what: printable(pathsOf(params)[kind]), why, hint, diff: textFileDiff(file, text ?? '', MODES[kind]) }];
}

/** A sweep is over in seconds. */
function refuseRunning({ service }: ScheduleState): readonly Refusal[] {
  if (service === undefined || !['activating', 'active', 'deactivating'].includes(service.activeState)) return [];
  return [{ what: printable(service.id), why: 'a sweep runs now', hint: 'Run again when it has ended.' }];
}

const SPLITTING = ['PrivateTmp', 'PrivateDevices', 'PrivateMounts', 'ProtectSystem', 'ProtectHome'];

/** Somebody's drop-in would make a holder of the very service that lets go of what others hold. */
function refuseNamespace({ service }: ScheduleState): readonly Refusal[] {
  if (service === undefined || service.dropInPaths.length === 0) return [];
  const split = SPLITTING.filter((name) => !['', 'no'].includes(service.properties.get(name) ?? ''));
  if (split.length === 0) return [];
  const why = `${split.join(', ')} of a drop-in gives it a mount namespace of its own: it could free nothing, and would hold mounts itself`;
  return [{ what: printable(service.id), why, hint: `Take it out of ${printable(service.dropInPaths.join(' '))}.` }];
}
