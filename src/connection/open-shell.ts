import { inTime } from '../core/clock.ts';
import { abortError, UnbusyError } from '../core/errors.ts';
import type { BecomeSettings } from '../core/target.ts';
import { answerPrompt, becomeStart, type FailedStart, PLAIN_START, passwordStart, type ShellStart } from './become.ts';
import { readFacts, type ShellPlace } from './host-facts.ts';
import type { Channel, Link } from './link.ts';
import prologue from './prologue.sh';
import type { HostFacts } from './session.ts';
import { ShellWire, type WireLimits } from './shell-wire.ts';
import { startError } from './start-error.ts';

/** What opening a shell needs to know; times in milliseconds. */
export interface ShellOptions extends WireLimits {
  readonly become?: BecomeSettings;
  readonly password?: string;
  /** For the channel, the shell and the facts together. */
  readonly openMs: number;
  /** What sudo or doas may take on top of it. */
  readonly becomeMs: number;
  readonly signal?: AbortSignal;
}

/** A shell that has taken its prologue. */
export interface OpenShell {
  readonly wire: ShellWire;
  readonly facts: HostFacts;
  readonly place: ShellPlace;
}

/** A shell, or why there is none. */
export type ShellOpened =
  | { readonly ok: true; readonly shell: OpenShell }
  | { readonly ok: false; readonly error: UnbusyError };

type ChannelOpened =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly error: UnbusyError };

/**
 * Opens a shell on the link, as root where `become` says so: first without a password, then with it if one is wanted.
 * Errors: E_PREFLIGHT_*, E_BECOME_*, E_CHANNEL, E_CONNECT_TCP, the signal's reason, and what the link gives.
 */
export async function openShell(link: Link, options: ShellOptions): Promise<ShellOpened> {
  if (options.become === undefined) return tryStart(link, PLAIN_START, options);
  const first = await tryStart(link, becomeStart(options.become), options);
  if (first.ok || first.error.code !== 'E_BECOME_PASSWORD' || options.password === undefined) return first;
  return tryStart(link, passwordStart(options.password), options);
}

async function tryStart(link: Link, start: ShellStart, options: ShellOptions): Promise<ShellOpened> {
  const waitMs = options.openMs + (options.become === undefined ? 0 : options.becomeMs);
  const opened = await openChannel(link, start, waitMs, options.signal);
  if (!opened.ok) return opened;
  const wire = new ShellWire(opened.channel, options);
  const onAbort = () => {
    wire.stop('interrupted')();
    wire.destroy();
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const program = { name: 'prologue', text: 'unbusy_facts' };
  const outcome = await wire.begin(prologue, { program, args: [], deadlineMs: waitMs });
  options.signal?.removeEventListener('abort', onAbort);
  if (outcome.kind === 'exited' && outcome.code === 0) {
    const read = readFacts(link.host, outcome.records, options.become !== undefined);
    if (read.ok) return { ok: true, shell: { wire, facts: read.facts, place: read.place } };
    wire.end();
    return read;
  }
  wire.destroy();
  if (options.signal?.aborted) return { ok: false, error: interrupted(link.host, options.signal) };
  const failed: FailedStart = {
    stdout: wire.noise.stdout.text(),
    stderr: wire.noise.stderr.text(),
    why: outcome.kind === 'timed-out' ? 'silent' : 'ended',
    ...(wire.ending === undefined ? {} : { ending: wire.ending }),
  };
  return { ok: false, error: startError(link.host, failed, start, waitMs) };
}

/** A channel that is ready for the prologue; the password, if there is one, has been taken. */
async function openChannel(
  link: Link,
  start: ShellStart,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<ChannelOpened> {
  const opened = await openInTime(link, start.command, waitMs, signal);
  if (!opened.ok || start.password === undefined) return opened;
  const drop = () => opened.channel.destroy();
  signal?.addEventListener('abort', drop, { once: true });
  const answered = await answerPrompt(opened.channel, start.password, waitMs);
  signal?.removeEventListener('abort', drop);
  if (answered.ok) return answered;
  const error = signal?.aborted
    ? interrupted(link.host, signal)
    : startError(link.host, answered.failed, start, waitMs);
  return { ok: false, error };
}

/** The channel, unless it takes too long; one that comes after that is dropped. */
async function openInTime(
  link: Link,
  command: string,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<ChannelOpened> {
  if (signal?.aborted) return { ok: false, error: interrupted(link.host, signal) };
  const opening = link.open(command);
  const opened = await inTime(opening, waitMs, signal);
  if (opened !== 'late') return opened;
  void opening.then((tooLate) => {
    if (tooLate.ok) tooLate.channel.destroy();
  });
  if (signal?.aborted) return { ok: false, error: interrupted(link.host, signal) };
  const message = `${link.host} opened no channel within ${Math.round(waitMs / 1000)} s.`;
  return { ok: false, error: new UnbusyError('E_CHANNEL', message, { host: link.host }) };
}

/** Why it was given up: a deadline of the run or the host is no interruption. */
function interrupted(host: string, signal: AbortSignal): UnbusyError {
  return abortError(
    signal,
    () =>
      new UnbusyError('E_INTERRUPTED', `Interrupted while the shell on ${host} started. Nothing was done.`, { host }),
  );
}
