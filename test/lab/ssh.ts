import { spawn } from 'node:child_process';
import { type CommandOptions, type Ran, run } from './command.ts';

/** What another ssh client needs to log in on a lab host. */
export interface Access {
  readonly address: string;
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
}

function clientArguments(access: Access, socket: string): string[] {
  const options = {
    UserKnownHostsFile: access.knownHostsFile,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    LogLevel: 'ERROR',
    ConnectTimeout: '2',
    ServerAliveInterval: '5',
    ControlPath: socket,
  };
  return ['-F', '/dev/null', '-i', access.keyFile, ...Object.entries(options).flatMap(([k, v]) => ['-o', `${k}=${v}`])];
}

/** Opens the connection that later commands share; false where the host does not let us in (yet). */
export function openConnection(access: Access, socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = [...clientArguments(access, socket), '-M', '-N', '-f', `root@${access.address}`];
    // Pipes would stay open as long as the connection does.
    spawn('ssh', args, { stdio: 'ignore' }).on('close', (code) => resolve(code === 0));
  });
}

/** How a script is run on a host. */
export interface RemoteOptions extends CommandOptions {
  /** The account; root unless told. Only root's connections are shared, others log in each time. */
  readonly user?: string;
  /** Asks for a terminal on the host, as `ssh -tt` does. */
  readonly terminal?: boolean;
}

/** Runs a script with the account's login shell (root's is bash). */
export function runOnHost(access: Access, socket: string, script: string, options: RemoteOptions = {}): Promise<Ran> {
  const { user = 'root', terminal = false } = options;
  const login = user === 'root' ? [] : ['-o', 'ControlPath=none'];
  const args = [...login, ...clientArguments(access, socket), ...(terminal ? ['-tt'] : [])];
  return run('ssh', [...args, `${user}@${access.address}`, '--', script], options);
}
