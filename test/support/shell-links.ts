import { existsSync } from 'node:fs';
import type { Link } from '../../src/connection/link.ts';
import { openLocalLink } from '../../src/connection/local.ts';
import { quotePosix } from '../../src/core/text.ts';

/** The shells that stand behind /bin/sh on real hosts. */
export const SHELLS = {
  dash: '/usr/bin/dash',
  bash: '/usr/bin/bash --posix',
  busybox: '/usr/bin/busybox sh',
} as const;

/** Fails loudly where a shell of the contract is not installed. */
export function requireShell(command: string): void {
  const file = command.split(' ')[0] ?? '';
  if (!existsSync(file))
    throw new Error(`${file} is missing: install dash, bash and busybox to run the contract tests`);
}

/** A link whose command lines are changed on their way. */
export function withCommand(link: Link, change: (commandLine: string) => string): Link {
  return { ...link, open: (commandLine) => link.open(change(commandLine)) };
}

/** The local host with another program in the place of /bin/sh. */
export function shellLink(shell: string): Link {
  return withCommand(openLocalLink('here'), (line) => line.replaceAll('/bin/sh', shell));
}

/** The local host as sshd would start it for a user with that login shell. */
export function loginLink(loginShell: string): Link {
  return withCommand(openLocalLink('here'), (line) => `exec ${loginShell} -c ${quotePosix(line)}`);
}
