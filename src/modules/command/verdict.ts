import { UnbusyError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { printable } from '../../core/text.ts';
import type { Condition } from '../module.ts';
import { type CommandParams, isLiteralFalse } from './params.ts';

/** How a command ended, in the words that conditions and `register` know. Newlines at the end of stdout and stderr are taken off. */
export type CommandResult = JsonObject & {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** What a command left behind; `cut`: not all that it printed is there. */
export interface CommandOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly cut: boolean;
  /** Processes that it left behind, by name and pid. */
  readonly left: readonly string[];
}

/** Done with its result, or failed, or not to be told. */
export type Judged =
  | { readonly kind: 'done'; readonly note?: string; readonly result: CommandResult & { readonly changed: boolean } }
  | { readonly kind: 'failed' | 'unknown'; readonly error: UnbusyError };

/** Puts failed_when and changed_when to a command that has ended. Without changed_when it has changed what it was run for. */
export function judge(
  host: string,
  shown: string,
  params: Pick<CommandParams, 'changed_when' | 'failed_when'>,
  end: CommandOutput,
): Judged {
  const result: CommandResult = {
    exit_code: end.exitCode,
    stdout: end.stdout.replace(/\n+$/, ''),
    stderr: end.stderr.replace(/\n+$/, ''),
    ...(end.left.length === 0 ? {} : { left_behind: end.left }),
  };
  const { changed_when, failed_when } = params;
  if (end.cut && [changed_when, failed_when].some((each) => each !== undefined && !isLiteralFalse(each))) {
    return { kind: 'unknown', error: doubt(host, shown, 'a condition', 'its output was too long and was cut', result) };
  }
  const failed = ask(params.failed_when, result, end.exitCode !== 0);
  if (failed === true) return { kind: 'failed', error: commandError(host, shown, result, params.failed_when) };
  if (failed !== false) return { kind: 'unknown', error: doubt(host, shown, 'failed_when', failed.why, result) };
  const changed = ask(params.changed_when, result, true);
  if (typeof changed !== 'boolean') {
    return { kind: 'unknown', error: doubt(host, shown, 'changed_when', changed.why, result) };
  }
  return { kind: 'done', ...noteOf(end.left), result: { ...result, changed } };
}

/** Said, as it is easily overlooked, and rarely meant. */
function noteOf(left: readonly string[]): { readonly note?: string } {
  if (left.length === 0) return {};
  return { note: `left behind: ${left.join(', ')}; nobody reads what it writes` };
}

function ask(
  condition: Condition | undefined,
  result: CommandResult,
  otherwise: boolean,
): boolean | { readonly why: string } {
  if (condition === undefined) return otherwise;
  const truth = condition.test({ result });
  return truth.kind === 'unknown' ? { why: truth.why } : truth.kind === 'true';
}

function commandError(
  host: string,
  shown: string,
  result: CommandResult,
  failedWhen: Condition | undefined,
): UnbusyError {
  const why =
    failedWhen === undefined ? `ended with exit number ${result.exit_code}` : `failed_when holds: ${failedWhen.text}`;
  const last = printable((result.stderr === '' ? result.stdout : result.stderr).split('\n').at(-1) ?? '');
  const said = last === '' ? '' : `: ${last.slice(0, 300)}`;
  return new UnbusyError('E_COMMAND', `${shown}: ${why}${said}`, { host, data: { result } });
}

function doubt(host: string, shown: string, which: string, why: string, result: CommandResult): UnbusyError {
  return new UnbusyError('E_UNKNOWN', `${shown}: it ran, but ${which} cannot be told: ${why}`, {
    host,
    data: { result },
  });
}
