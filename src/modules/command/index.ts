import type { Session } from '../../connection/session.ts';
import { parseDuration } from '../../core/clock.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Change } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { type CommandCall, runCommand } from '../../programs/run-command.ts';
import { statPath } from '../../programs/stat-path.ts';
import { type Applied, defineModule, type Observed, type Tried, type Verdict } from '../module.ts';
import { type CommandParams, commandParams, isLiteralFalse } from './params.ts';
import { type CommandResult, judge } from './verdict.ts';

/** Whether the paths exist that tell if the command has to run; and what it said, if it only reads. */
interface CommandState {
  readonly creates?: boolean;
  readonly removes?: boolean;
  readonly result?: CommandResult;
}

const CHANGE_ID = 'run';

/** Runs a command of the user's. What only reads is run by observe; what changes says itself, or by a path, that it did. */
export const commandModule = defineModule<CommandParams, CommandState, Change>({
  name: 'command',
  summary: 'Runs a command; needs to be told how to see whether it changed something.',
  params: commandParams,
  conditions: ['changed_when', 'failed_when'],
  needsRoot: false,
  observe: (host, params) => (isLiteralFalse(params.changed_when) ? read(host, params) : lookAtPaths(host, params)),
  plan,
  apply,
  verify,
  foresight: ({ changed_when, creates, removes }) => {
    if (isLiteralFalse(changed_when)) return 'own-code';
    return creates === undefined && removes === undefined ? 'acts' : 'free';
  },
  result: (state) => ({ ...(state.result ?? {}), changed: false }),
});

async function read(host: Session, params: CommandParams): Promise<Observed<CommandState>> {
  const applied = await run(host, params, {});
  if (applied.kind === 'done') return { kind: 'known', state: { result: applied.result }, gaps: [] };
  if (applied.kind === 'stale')
    return { kind: 'unknown', error: new UnbusyError('E_BUG', 'a reading command has no witness') };
  return { kind: 'unknown', error: applied.error };
}

async function lookAtPaths(host: Session, params: CommandParams): Promise<Observed<CommandState>> {
  const [creates, removes] = await Promise.all([exists(host, params.creates), exists(host, params.removes)]);
  if (creates instanceof UnbusyError) return { kind: 'unknown', error: creates };
  if (removes instanceof UnbusyError) return { kind: 'unknown', error: removes };
  const state = { ...(creates === undefined ? {} : { creates }), ...(removes === undefined ? {} : { removes }) };
  return { kind: 'known', state, gaps: [] };
}

async function exists(host: Session, path: string | undefined): Promise<boolean | undefined | UnbusyError> {
  if (path === undefined) return undefined;
  const look = await statPath(host, { path, follow: false, hash: false, names: false });
  return look.ok ? look.found.type !== 'absent' : look.error;
}

function plan(state: CommandState, params: CommandParams, tried: Tried): readonly Change[] {
  if (state.result !== undefined) return [];
  if (state.creates === true || state.removes === false) return [];
  const byPath = state.creates !== undefined || state.removes !== undefined;
  if (!byPath && tried.has(CHANGE_ID)) return [];
  return [
    {
      id: CHANGE_ID,
      title: `run ${shown(params)}`,
      why: byPath ? whyByPath(params) : 'only running it can tell whether it changes something',
      risk: 'file',
      certainty: byPath ? 'certain' : 'unknown',
      witness: { creates: params.creates ?? null, removes: params.removes ?? null },
    },
  ];
}

function whyByPath({ creates, removes }: CommandParams): string {
  const reasons = [
    ...(creates === undefined ? [] : [`${printable(creates)} does not exist`]),
    ...(removes === undefined ? [] : [`${printable(removes)} exists`]),
  ];
  return reasons.join(', and ');
}

async function apply(host: Session, _change: Change, params: CommandParams): Promise<Applied> {
  const { creates, removes } = params;
  return run(host, params, { creates, removes });
}

type Ended =
  | { readonly kind: 'done'; readonly note?: string; readonly result: CommandResult & { readonly changed: boolean } }
  | { readonly kind: 'stale'; readonly found: string }
  | { readonly kind: 'failed' | 'unknown'; readonly error: UnbusyError };

async function run(
  host: Session,
  params: CommandParams,
  paths: Pick<CommandCall, 'creates' | 'removes'> | object,
): Promise<Ended> {
  const end = await runCommand(host, {
    form: params.argv === undefined ? 'shell' : 'argv',
    words: params.argv ?? [params.shell ?? ''],
    chdir: params.chdir,
    stdin: params.stdin,
    creates: undefined,
    removes: undefined,
    deadlineMs: params.timeout === undefined ? undefined : parseDuration(params.timeout),
    ...paths,
  });
  if (end.kind === 'stale') return { kind: 'stale', found: `${whyStale(params)}, so the command was not started` };
  if (end.kind !== 'ended') return end;
  return judge(host.host, shown(params), params, end);
}

function whyStale({ creates, removes }: CommandParams): string {
  const names = [creates, removes].filter((path) => path !== undefined).map((path) => printable(path));
  return `${names.join(' or ')} came or went meanwhile`;
}

function verify(after: CommandState): Verdict {
  if (after.creates === false) return { kind: 'not-yet', why: 'it ran, but the path that it creates does not exist' };
  if (after.removes === true) return { kind: 'not-yet', why: 'it ran, but the path that it removes still exists' };
  return after.creates === undefined && after.removes === undefined
    ? { kind: 'as-wanted', unseen: true }
    : { kind: 'as-wanted' };
}

/** The command on one line, cut where it is too long for a title. */
function shown({ argv, shell }: CommandParams): string {
  const line = printable(argv === undefined ? (shell ?? '').trim() : argv.join(' '));
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
