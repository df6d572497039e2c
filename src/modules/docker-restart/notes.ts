import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import type { RevertNote, RevertReason } from '../../programs/undo-state.ts';
import type { RestartState } from './state.ts';
import { UNIT } from './state.ts';

const REASON_WORDS: Readonly<Record<RevertReason, string>> = {
  unconfirmed: 'the restart was not confirmed in time (a lost link, or a run that ended early)',
  silent: 'dockerd did not answer in time with the change',
  failed: 'dockerd did not start with the change',
  containers: 'containers that were to run did not',
};

/** One note of the watchdog: when, why, what was put back, and how the daemon was afterwards. */
export function noteWords(note: RevertNote): string {
  const when = new Date(note.epoch * 1000).toISOString().replace('.000', '');
  return `${when}: ${REASON_WORDS[note.reason] ?? note.reason}; ${putWords(note)}`;
}

/** What was put back, and whether the daemon answers again. */
export function putWords({ paths, api }: RevertNote): string {
  const list = (back: boolean) => paths.filter((each) => each.back === back).map(({ path }) => printable(path));
  const failed = list(false);
  return [
    `put back ${list(true).join(', ') || 'nothing'}`,
    ...(failed.length === 0 ? [] : [`could not put back ${failed.join(', ')}`]),
    api ? 'dockerd answers again' : 'dockerd does NOT answer',
  ].join('; ');
}

/** Why the host took the change back, in words. */
export function reasonWords(reason: RevertReason): string {
  return REASON_WORDS[reason] ?? reason;
}

/** What a scan shows: what was put back, what waits to be confirmed. */
export function findingsOf({ undo, unit }: RestartState): readonly Finding[] {
  return [
    ...undo.notes.map(
      (note): Finding => ({
        id: `reverted:${note.token}`,
        kind: 'daemon',
        title: `the host put back what ${UNIT} depends on: ${noteWords(note)}`,
        cause: `a change was taken back: ${reasonWords(note.reason)}`,
        remedy: 'Look why in the journal of docker.service; the next run that changes the host takes note of it.',
      }),
    ),
    ...undo.watched.map(
      ({ token, reverting, alive }): Finding => ({
        id: `unconfirmed:${token}`,
        kind: 'daemon',
        title: reverting ? `${UNIT} is being put back` : `a restart of ${UNIT} waits to be confirmed`,
        cause: alive ? 'a restart is not confirmed yet' : 'a restart is not confirmed, and nobody watches it',
        remedy: 'Run the playbook again: it confirms what works, and takes back what does not.',
      }),
    ),
    ...(unit?.activeState === 'failed'
      ? [
          {
            id: 'dockerd-failed',
            kind: 'daemon' as const,
            title: `${UNIT} has failed`,
            cause: 'dockerd does not run',
            remedy: 'Look why in the journal of docker.service.',
          },
        ]
      : []),
  ];
}
