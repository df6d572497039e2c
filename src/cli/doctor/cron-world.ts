import { userInfo } from 'node:os';
import type { Io } from '../io.ts';

/** What cron(8) gives a job: no agent, no terminal, hardly a PATH; HOME is that of the account. */
export function asCron(io: Io): Io {
  const { username, homedir } = account();
  const env = { HOME: homedir, PATH: '/usr/bin:/bin', SHELL: '/bin/sh', LOGNAME: username, USER: username };
  return { ...io, env, becomePassword: undefined, ask: undefined, askHidden: undefined };
}

/** Whose crontab it would be. */
export function account(): { readonly username: string; readonly homedir: string } {
  try {
    const { username, homedir } = userInfo();
    return { username, homedir };
  } catch {
    // A user id that /etc/passwd does not have, as in some containers.
    return { username: String(process.getuid?.() ?? ''), homedir: '/' };
  }
}
