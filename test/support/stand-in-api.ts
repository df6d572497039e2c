import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quotePosix } from '../../src/core/text.ts';

/** How the stand-in for a Docker daemon behaves; stand-in-api.pl says what each means. */
export type ApiMode = 'answer' | 'silent' | 'garbage' | 'huge' | 'empty' | 'old' | 'stuck-info';

/** The stand-in itself, for `perl FILE MODE SOCKET`. */
export const API_SERVER = join(import.meta.dirname, 'stand-in-api.pl');

/** A command line that starts a process named dockerd, which listens on the socket when the command line has ended. */
export function playDaemon(mode: ApiMode, socket: string): string {
  const script = quotePosix(readFileSync(API_SERVER, 'utf8'));
  return `mkdir -p /run/bin /run/stacks; cp "$(readlink -f "$(command -v perl)")" /run/bin/dockerd
    /run/bin/dockerd -e ${script} ${mode} ${quotePosix(`unix://${socket}`)} --exec-root /run/stacks </dev/null >/dev/null 2>&1 &
    until [ -S ${quotePosix(socket)} ]; do sleep 0.02; done`;
}
