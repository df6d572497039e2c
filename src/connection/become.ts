import type { BecomeSettings } from '../core/target.ts';
import { Capture } from './capture.ts';
import type { Channel, ChannelEnding } from './link.ts';

/** How a shell is started: a constant command line, and the password that sudo will ask for, if it will. */
export interface ShellStart {
  readonly command: string;
  readonly password?: string;
}

/** Printed by the command line of become as soon as a POSIX shell runs it. */
export const BECOME_STARTED = 'unbusy-become';
/** Exit number of that command line if there is neither sudo nor doas, or not the one that is asked for. */
export const BECOME_MISSING = 120;

/** A plain shell: `exec` and one path mean the same to every login shell, fish and csh included. */
export const PLAIN_START: ShellStart = { command: 'exec /bin/sh' };

const PROMPT = 'unbusy-password:';
const READY = 'unbusy-root\n';

// One line without ', ! and \, so that csh and fish hand it on as it stands. Whoever is root already stays as he is.
const STAY_IF_ROOT =
  'while read -r k u r;do [ "$k" = Uid: ]&&break;done</proc/self/status;[ "$u" = 0 ]&&exec /bin/sh;' +
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;LC_ALL=C;export PATH LC_ALL;';
const SUDO = 'command -v sudo >/dev/null&&exec sudo -n -- /bin/sh;';
const DOAS = 'command -v doas >/dev/null&&exec doas -n /bin/sh;';
// -k: sudo asks even where a ticket would do, so that the password is never read by anything but sudo.
const SUDO_ASKS = `command -v sudo >/dev/null&&exec sudo -k -S -p ${PROMPT} -- /bin/sh -c "echo unbusy-root;exec /bin/sh";`;

const TRIES: Readonly<Record<BecomeSettings['method'], string>> = { auto: SUDO + DOAS, sudo: SUDO, doas: DOAS };

/** The start of a root shell that asks for nothing; already root: a plain shell. */
export function becomeStart(settings: BecomeSettings): ShellStart {
  return { command: commandLine(TRIES[settings.method]) };
}

/** The start of a root shell through a sudo that asks for a password. Use it only after becomeStart was refused for want of one. */
export function passwordStart(password: string): ShellStart {
  return { command: commandLine(SUDO_ASKS), password };
}

function commandLine(tries: string): string {
  return `exec /bin/sh -c 'echo ${BECOME_STARTED};${STAY_IF_ROOT}${tries}exit ${BECOME_MISSING}'`;
}

/** What a shell that did not come up has printed, and how it ended. `wrong`: sudo asked for the password a second time. */
export interface FailedStart {
  readonly why: 'ended' | 'silent' | 'wrong';
  readonly stdout: string;
  readonly stderr: string;
  readonly ending?: ChannelEnding;
}

/** The channel of a root shell that waits for its prologue, or what came of the password. */
export type Answered =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly failed: FailedStart };

/**
 * Gives the password when sudo asks, once: a second prompt means that it was wrong. Resolves with a channel on which
 * nothing was read of what the root shell says.
 */
export function answerPrompt(channel: Channel, password: string, deadlineMs: number): Promise<Answered> {
  const stdout = new Capture(4096, 'tail');
  const stderr = new Capture(4096, 'tail');
  let after: Handover | undefined;
  return new Promise((resolve) => {
    const settle = (answered: Answered) => {
      clearTimeout(timer);
      if (!answered.ok) channel.destroy();
      resolve(answered);
    };
    const refuse = (why: FailedStart['why'], ending?: ChannelEnding) => {
      const said = { stdout: stdout.text(), stderr: stderr.text().replaceAll(PROMPT, '') };
      settle({ ok: false, failed: { why, ...said, ...(ending === undefined ? {} : { ending }) } });
    };
    const timer = setTimeout(() => refuse('silent'), deadlineMs);
    let prompts = 0;
    channel.onStderr((chunk) => {
      if (after !== undefined) return after.stderr(chunk);
      stderr.add(chunk);
      const seen = stderr.text().split(PROMPT).length - 1;
      if (seen > 1) return refuse('wrong');
      if (seen > prompts) channel.write(`${password}\n`);
      prompts = seen;
    });
    channel.onStdout((chunk) => {
      if (after !== undefined) return after.stdout(chunk);
      stdout.add(chunk);
      if (!stdout.text().endsWith(READY)) return;
      after = new Handover(channel);
      settle({ ok: true, channel: after });
    });
    channel.onEnd((ending) => {
      if (after !== undefined) return after.ended(ending);
      refuse('ended', ending);
    });
  });
}

/** A channel whose listeners change once, from the exchange with sudo to the session. The root shell says nothing unasked. */
class Handover implements Channel {
  readonly #channel: Channel;
  stdout: (chunk: Buffer) => void = () => {};
  stderr: (chunk: Buffer) => void = () => {};
  ended: (ending: ChannelEnding) => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  write(data: string | Uint8Array): void {
    this.#channel.write(data);
  }

  end(): void {
    this.#channel.end();
  }

  onStdout(listener: (chunk: Buffer) => void): void {
    this.stdout = listener;
  }

  onStderr(listener: (chunk: Buffer) => void): void {
    this.stderr = listener;
  }

  onEnd(listener: (ending: ChannelEnding) => void): void {
    this.ended = listener;
  }

  destroy(): void {
    this.#channel.destroy();
  }
}
