import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShellHost } from '../../support/shell-host.ts';
import type { ShellKind } from '../../support/shells.ts';

/** True where a test may make a mount namespace in which /run is its own. */
export const ableToHideRun = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

/** A machine whose /run holds nothing but a Docker socket of ours, and whose docker client may be a script of ours. */
export class DockerBed {
  readonly directory = mkdtempSync(join(tmpdir(), 'unbusy-docker-'));
  readonly dataRoot = join(this.directory, 'data root');
  readonly #socket = join(this.directory, 'docker.sock');
  #server: Server | undefined;

  constructor() {
    mkdirSync(join(this.directory, 'bin'));
    mkdirSync(join(this.directory, 'client'));
    mkdirSync(this.dataRoot);
  }

  /** Answers the API with these bodies by path; a path that is not there never gets an answer. */
  async serve(answers: Readonly<Record<string, unknown>>): Promise<void> {
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/^\/v[0-9.]+/, '').replace(/\?.*/, '');
      if (!(path in answers)) return;
      const found = answers[path];
      response.writeHead(found === null ? 404 : 200, { 'Content-Type': 'application/json', 'Api-Version': '1.43' });
      response.end(JSON.stringify(found ?? { message: `No such container: ${path}` }));
    });
    await new Promise<void>((done) => this.#server?.listen(this.#socket, done));
  }

  /** Puts a shell script in the place of the docker client; $1 is its first word after the socket, "$@" the rest. */
  client(script: string): void {
    const text = `#!/bin/sh\necho "$*" >>'${this.directory}/asked'\nshift 2\n${script}\n`;
    writeFileSync(join(this.directory, 'client', 'docker'), text, { mode: 0o755 });
  }

  /** A container's state as the daemon writes it. */
  writeState(id: string, state: string): void {
    mkdirSync(join(this.dataRoot, 'containers', id), { recursive: true });
    writeFileSync(join(this.dataRoot, 'containers', id, 'config.v2.json'), state);
  }

  /** A host with that socket, or with none, under one shell; a pid namespace keeps the daemons of other tests out of sight. */
  host(shell: ShellKind, what: { readonly socket: boolean; readonly realClient?: boolean }): ShellHost {
    const bind = what.socket ? `: >/run/docker.sock; mount --bind '${this.#socket}' /run/docker.sock;` : '';
    const root = `mkdir /run/etc; printf '{"data-root": "%s"}' '${this.dataRoot}' >/run/etc/daemon.json; mkdir -p /etc/docker; mount --bind /run/etc /etc/docker;`;
    const setUp = `mount -t tmpfs run /run; ${bind} ${root} exec "$@"`;
    const own = ['unshare', '-m', '--propagation', 'private', '--pid', '--fork', '--mount-proc'];
    const command = [...own, 'sh', '-c', setUp, 'sh', ...shell.command];
    const client = what.realClient === true ? '' : `${join(this.directory, 'client')}:`;
    return new ShellHost({ name: shell.name, command, path: `${client}${shell.path}` });
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((done) => (this.#server === undefined ? done(undefined) : this.#server.close(done)));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
