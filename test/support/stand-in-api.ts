import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quotePosix } from '../../src/core/text.ts';

/** How the stand-in for a Docker daemon behaves; stand-in-api.pl says what each means. */
export type ApiMode = 'answer' | 'silent' | 'garbage' | 'huge' | 'empty' | 'old' | 'stuck-info';

/** The stand-in itself, for `perl FILE MODE SOCKET`. */
export const API_SERVER = join(import.meta.dirname, 'stand-in-api.pl');

/** Resolves when somebody listens on the socket: its file is there a moment before. */
export async function listening(socket: string): Promise<void> {
  const line = (text: string) =>
    text.split('\n').some((each) => / 00010000 /.test(each) && each.endsWith(` ${socket}`));
  while (!line(readFileSync('/proc/net/unix', 'utf8'))) await sleep(10);
}

/** A command line that starts a process named dockerd, which listens on the socket when the command line has ended. */
export function playDaemon(mode: ApiMode, socket: string): string {
  const script = quotePosix(readFileSync(API_SERVER, 'utf8'));
  return `mkdir -p /run/bin /run/stacks; cp "$(readlink -f "$(command -v perl)")" /run/bin/dockerd
    /run/bin/dockerd -e ${script} ${mode} ${quotePosix(`unix://${socket}`)} --exec-root /run/stacks </dev/null >/dev/null 2>&1 &
    until [ -S ${quotePosix(socket)} ]; do sleep 0.02; done`;
}
