import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/json.ts';
import { ShellHost } from './shell-host.ts';
import type { ShellKind } from './shells.ts';
import { type DockerState, type StandInContainer, StandInDocker } from './stand-in-docker.ts';

const CLIENT = join(import.meta.dirname, 'stand-in-docker-client.pl');

/** An image as the stand-in keeps it; one with `ends` ends at once with that number. */
export function image(id: string, more: JsonObject = {}): JsonObject {
  return {
    Id: `sha256:${id}`,
    Config: { Cmd: ['serve'], Entrypoint: null, User: '', Env: ['PATH=/bin'], Labels: { made: 'by us' } },
    ...more,
  };
}

/** A host with a docker client and no Docker: what is asked of it is done by a stand-in in this process. */
export class ContainerWorld {
  readonly path: string;
  readonly #docker: StandInDocker;
  readonly #servers: readonly Server[];
  readonly #waiting = new Set<Socket>();

  constructor(path: string) {
    this.path = path;
    this.#docker = new StandInDocker({
      made: 0,
      version: '20.10.24',
      images: { 'monitor:1': image('1') },
      registry: {},
      containers: [],
    });
    mkdirSync(join(path, 'bin'));
    mkdirSync(join(path, 'run'));
    const asked = join(path, 'asked.sock');
    writeFileSync(join(path, 'bin/docker'), `#!/bin/sh\nexec /usr/bin/perl '${CLIENT}' '${asked}' "$@"\n`, {
      mode: 0o755,
    });
    this.#servers = [
      createServer().listen(join(path, 'run/docker.sock')),
      createServer({ allowHalfOpen: true }, (client) => this.#hear(client)).listen(asked),
    ];
  }

  #hear(client: Socket): void {
    const heard: Buffer[] = [];
    this.#waiting.add(client);
    client.on('data', (part: Buffer) => heard.push(part));
    client.on('error', () => {});
    client.on('close', () => this.#waiting.delete(client));
    client.on('end', () => {
      const words = Buffer.concat(heard).toString().split('\0').slice(0, -1);
      const answer = this.#docker.answer(words.slice(0, -1), words.at(-1) ?? '');
      if (answer === undefined) return;
      const { code, stdout, stderr } = answer;
      client.end(`${code} ${Buffer.byteLength(stderr)}\n${stderr}${stdout}`);
    });
  }

  /** This host under one shell; each call lives in a mount namespace of its own, with a /run of its own. */
  host(shell: ShellKind): ShellHost {
    const enter = 'mount --bind "$0" /run && exec "$@"';
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', enter, join(this.path, 'run')];
    return new ShellHost({
      name: shell.name,
      command: [...command, ...shell.command],
      path: `${join(this.path, 'bin')}:${shell.path}`,
    });
  }

  get state(): DockerState {
    return this.#docker.state;
  }

  /** Changes what the daemon knows. */
  set(change: Partial<DockerState>): void {
    this.#docker.state = { ...this.#docker.state, ...structuredClone(change) };
  }

  /** Names of all containers, with a + if they run. */
  names(): readonly string[] {
    return this.state.containers
      .map((each) => `${String(each.Name).slice(1)}${(each.State as JsonObject).Running === true ? '+' : ''}`)
      .sort();
  }

  /** What the client was asked, in one text. */
  asked(): string {
    return this.#docker.asked.join('\n');
  }

  /** Changes one container behind the session's back. */
  change(name: string, fields: (container: StandInContainer) => void): void {
    for (const each of this.state.containers) if (each.Name === `/${name}`) fields(each);
  }

  picture(): readonly string[] {
    return [JSON.stringify(this.state)];
  }

  close(): void {
    for (const client of this.#waiting) client.destroy();
    for (const server of this.#servers) server.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
