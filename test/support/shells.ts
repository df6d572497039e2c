import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { directoryOfFile } from './directory-of-file.ts';

/** A POSIX shell with the tools that it finds: what a program may meet on a host. */
export interface ShellKind {
  readonly name: string;
  readonly command: readonly string[];
  /** PATH of the programs. */
  readonly path: string;
}

const HOST_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Every shell of this machine that hosts are known to have; busybox comes with its own applets and no other tool. */
export function shellKinds(): readonly ShellKind[] {
  return KINDS;
}

function findKinds(): readonly ShellKind[] {
  const kinds: ShellKind[] = [];
  for (const name of ['dash', 'bash']) {
    const file = find(name);
    if (file !== undefined)
      kinds.push({ name, command: name === 'bash' ? [file, '--posix'] : [file], path: HOST_PATH });
  }
  const busybox = find('busybox');
  if (busybox !== undefined) kinds.push({ name: 'busybox', command: [busybox, 'sh'], path: appletDirectory(busybox) });
  if (kinds.length === 0) kinds.push({ name: 'sh', command: ['/bin/sh'], path: HOST_PATH });
  return kinds;
}

function find(name: string): string | undefined {
  return HOST_PATH.split(':')
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        execFileSync(file, ['-c', ':'], { stdio: 'ignore' });
        return true;
      } catch (error) {
        // busybox knows no -c as an applet, but it was found and it ran.
        return (error as NodeJS.ErrnoException).code !== 'ENOENT' && name === 'busybox';
      }
    });
}

/** A directory that holds nothing but links to busybox, one for each applet. */
function appletDirectory(busybox: string): string {
  return directoryOfFile('unbusy-applets-', (directory) => {
    const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n');
    for (const applet of applets.filter((name) => name !== '')) symlinkSync(busybox, join(directory, applet));
  });
}

/** Found while the file is imported: inside of a test it would be too late for hooks. */
const KINDS = findKinds();
