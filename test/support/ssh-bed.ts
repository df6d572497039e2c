import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectOptions, prepareConnections } from '../../src/connection/connect.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { HostTarget } from '../../src/core/target.ts';
import { type KeyPair, makeKeyPair, type SshTestServer } from './ssh-server.ts';

/** A directory with a user key, a known_hosts file and an ssh_config of its own; nothing of the account's is read. */
export class SshBed {
  readonly dir = mkdtempSync(join(tmpdir(), 'unbusy-bed-'));
  readonly key: KeyPair = makeKeyPair();
  readonly keyFile = this.write('id', this.key.private);
  readonly knownHostsFile = this.write('known_hosts', '');
  readonly configFile = this.write('config', '');
  readonly notices: string[] = [];

  /** Writes a file of the bed (0600) and gives its path. */
  write(name: string, text: string): string {
    const path = join(this.dir, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Sets the ssh_config: the lines given, then what every host of the bed has. */
  configure(lines = ''): void {
    this.write(
      'config',
      `${lines}\nHost *\n  IdentityFile ${this.keyFile}\n  UserKnownHostsFile ${this.knownHostsFile}\n  GlobalKnownHostsFile none\n`,
    );
  }

  /** Makes the host keys of these servers known. */
  trust(...servers: readonly SshTestServer[]): void {
    this.write('known_hosts', servers.map((server) => server.knownHosts()).join(''));
  }

  /** A host at a server of this process. */
  target(server: Pick<SshTestServer, 'port'>, name = 'web1', more: Partial<HostTarget> = {}): HostTarget {
    return {
      name,
      address: '127.0.0.1',
      port: server.port,
      user: 'deploy',
      identityFiles: [],
      transport: 'auto',
      ...more,
    };
  }

  /** A connector for these hosts; no agent, and nobody who could give a passphrase. */
  prepare(targets: readonly HostTarget[], options: Partial<ConnectOptions> = {}) {
    return prepareConnections(targets, {
      askPassphrase: async () => undefined,
      environment: { PATH: process.env.PATH, HOME: this.dir },
      clock: systemClock,
      sshConfigFile: this.configFile,
      onNotice: (host, text) => this.notices.push(`${host}: ${text}`),
      ...options,
    });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
