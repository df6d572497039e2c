import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { printable } from '../../core/text.ts';
import { countForeignMounts, type ForeignCount } from '../../programs/count-foreign-mounts.ts';
import { type AfterRestart, guardedRestart, type RestartAnswer } from '../../programs/guarded-restart.ts';
import { restoreUndo } from '../../programs/restore-undo.ts';
import { acknowledgeReverts, confirmUndo } from '../../programs/settle-undo.ts';
import { triggerRevert } from '../../programs/trigger-revert.ts';
import type { RevertNote, RevertReason } from '../../programs/undo-state.ts';
import type { Applied } from '../module.ts';
import { type Comparison, compareContainers } from './compare.ts';
import { leakResult, leakWords } from './leaks.ts';
import { putWords, reasonWords } from './notes.ts';
import { type DockerRestartParams, withinSeconds } from './params.ts';
import { type RestartChange, type RestartStep, UNIT } from './state.ts';

type Restart = RestartStep & { readonly kind: 'restart' };

/** Does one step. A restart is confirmed only here, by whoever can still reach the host and has found all well. */
export async function applyRestart(
  host: Session,
  change: RestartChange,
  params: DockerRestartParams,
): Promise<Applied> {
  const { step } = change;
  switch (step.kind) {
    case 'acknowledge':
      return acknowledgeReverts(host, UNIT, step.tokens);
    case 'confirm':
      return confirmUndo(host, { unit: UNIT, token: step.token, keys: step.keys });
    case 'restore':
      return restoreUndo(host, { unit: UNIT, pid: step.pid, start: step.start, keys: step.keys });
    case 'revert':
      return takenBack(host, step.token, step.reason);
    case 'restart':
      return restart(host, step, params);
  }
}

async function restart(host: Session, step: Restart, params: DockerRestartParams): Promise<Applied> {
  const before = await countForeignMounts(host);
  if (host.over === true) return { kind: 'unknown', error: overError(host.host, before) };
  const answer = await guardedRestart(host, {
    unit: UNIT,
    pid: step.pid,
    start: step.start,
    withinSeconds: withinSeconds(params),
    window: params.policy === 'window' ? params.window : undefined,
    keys: step.keys,
    running: step.running,
    comeBack: step.comeBack,
  });
  switch (answer.kind) {
    case 'up':
      return judge(host, step, answer, { params, before });
    case 'stale':
    case 'denied':
      return answer;
    case 'down':
      return { kind: 'failed', error: downError(host.host, answer) };
    case 'failed':
      return {
        kind: answer.error.class === 'unknown' ? 'unknown' : 'failed',
        error: withWatch(answer.error, step, params),
      };
  }
}

function overError(host: string, before: ForeignCount): UnbusyError {
  const why = before.kind === 'known' ? 'the connection was closed' : before.why;
  return new UnbusyError('E_PROGRAM_LOST', `before the restart: ${why}; nothing was restarted`, {
    host,
    hint: 'Run again.',
  });
}

/** The daemon answers: what ran before is compared, and the change is confirmed, or taken back at once. */
async function judge(
  host: Session,
  step: Restart,
  { token, after }: RestartAnswer & { kind: 'up' },
  { params, before }: { readonly params: DockerRestartParams; readonly before: ForeignCount },
): Promise<Applied> {
  const seen = compareContainers(after.before, after.containers, step.liveRestore);
  const watched = step.keys.length > 0;
  if (seen.harm.length > 0) {
    const words = `after the restart of ${UNIT}: ${seen.harm.join('; ')}`;
    return { kind: 'failed', error: await harmError(host, words, watched ? token : undefined) };
  }
  if (watched) {
    const confirmed = await confirmUndo(host, { unit: UNIT, token, keys: step.keys });
    if (confirmed.kind === 'unknown') return { kind: 'unknown', error: withWatch(confirmed.error, step, params) };
    if (confirmed.kind !== 'done') return confirmed;
  }
  // Only now: a slow look at every mount table must not cost the confirmation its time.
  const counts = { before, after: await countForeignMounts(host, before.kind === 'known' ? before.containers : []) };
  const note = [noteOf(after, seen), ...leakWords(counts)].join('; ');
  const leaves = leftToDo(after, seen);
  return {
    ...{ kind: 'done', note, result: { ...resultOf(after, seen), ...leakResult(counts) } },
    ...(leaves.length === 0 ? {} : { leaves }),
  };
}

async function harmError(host: Session, words: string, token: string | undefined): Promise<UnbusyError> {
  const hint = 'Look at these containers before anything else is done.';
  if (token === undefined)
    return new UnbusyError('E_VERIFY', `${words}; nothing was kept to put back`, { host: host.host, hint });
  const answer = await triggerRevert(host, UNIT, token, 'containers');
  const then =
    answer.kind === 'reverted' ? putWords(answer.note) : 'whether the host has put the change back is not known yet';
  return new UnbusyError('E_VERIFY', `${words}; the host ${then}`, { host: host.host, hint });
}

/** A revert that the host had left half done, or that nobody watched over any more. */
async function takenBack(host: Session, token: string, reason: RevertReason): Promise<Applied> {
  const answer = await triggerRevert(host, UNIT, token, reason);
  if (answer.kind === 'stale') return { kind: 'stale', found: 'no restart waits to be confirmed any more' };
  if (answer.kind === 'reverted') return { kind: 'done', note: putWords(answer.note) };
  const error = answer.answer.ok ? notYet(host.host) : answer.answer.error;
  return { kind: 'unknown', error };
}

function notYet(host: string): UnbusyError {
  return new UnbusyError('E_PROGRAM_TIMEOUT', `${host} is still putting back what ${UNIT} depends on`, {
    host,
    hint: 'It goes on by itself. Run again in some minutes.',
  });
}

function downError(host: string, answer: RestartAnswer & { kind: 'down' }): UnbusyError {
  const said = answer.said === '' ? '' : ` (${answer.said})`;
  return new UnbusyError(
    'E_VERIFY',
    `${UNIT} was restarted: ${reasonWords(answer.reason)}${said}; ${stateWords(answer)}`,
    {
      host,
      hint: 'Look why in the journal of docker.service (journalctl -u docker), mend the change, and run again.',
      data: { reason: answer.reason, reverted: answer.note !== undefined, api: answer.note?.api ?? false },
    },
  );
}

/** The state in which the host was left. */
function stateWords({ watched, note }: { readonly watched: boolean; readonly note: RevertNote | undefined }): string {
  if (note !== undefined) return `the host ${putWords(note)}`;
  if (watched) return 'the host is still putting the change back, and goes on by itself';
  return 'nothing was kept that could be put back: dockerd does not answer';
}

/** The link was lost, or the task's time was over: what the host does then is part of the message. */
function withWatch(error: UnbusyError, step: Restart, params: DockerRestartParams): UnbusyError {
  if (step.keys.length === 0) return error;
  const words = `unless it is confirmed, the host takes the change back by itself within ${withinSeconds(params)} s of the restart`;
  return new UnbusyError(error.code, `${error.message}; ${words}`, {
    hint: 'Run again: it confirms what works, or tells what the host took back.',
    ...(error.host === undefined ? {} : { host: error.host }),
    ...(error.data === undefined ? {} : { data: error.data }),
    cause: error,
  });
}

/** Containers that ran before and do not run by themselves now, and those that the next removal will fail on. */
function leftToDo(after: AfterRestart, { ended }: Comparison): readonly string[] {
  return [
    ...ended.map((name) => `start ${name}, which ran before the restart: docker start ${name}`),
    ...bornElsewhere(after).map((name) => `recreate ${printable(name)}, which was born under another mount namespace`),
  ];
}

function noteOf(after: AfterRestart, seen: Comparison): string {
  const part = (words: string, all: readonly string[]) => (all.length === 0 ? [] : [`${words}: ${all.join(', ')}`]);
  const elsewhere = bornElsewhere(after);
  return [
    `the API was away for ${after.outageSeconds.toFixed(1)} s`,
    ...part('kept running', seen.kept),
    ...part('came back', seen.returned),
    ...part('stopped', seen.ended),
    ...part('health check not through yet', seen.starting),
    ...part('born under another mount namespace than dockerd has now, to be recreated', elsewhere),
  ].join('; ');
}

/** Containers whose shim is in another mount namespace than the daemon is now: removing them will fail (MountFlags= with live-restore). */
function bornElsewhere({ namespace, containers }: AfterRestart): readonly string[] {
  if (namespace === 0) return [];
  return containers
    .filter((each) => each.shimNamespace !== 0 && each.shimNamespace !== namespace)
    .map(({ name }) => name);
}

function resultOf(after: AfterRestart, seen: Comparison): JsonObject {
  return {
    outage_seconds: after.outageSeconds,
    dockerd_namespace: after.namespace,
    host_namespace: after.hostNamespace,
    kept_running: [...seen.kept],
    came_back: [...seen.returned],
    stopped: [...seen.ended],
    recreate: [...bornElsewhere(after)],
  };
}
