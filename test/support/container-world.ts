import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { ShellHost } from './shell-host.ts';
import type { ShellKind } from './shells.ts';

const CLIENT = join(import.meta.dirname, 'stand-in-docker-client.mjs');

/** An image as the stand-in keeps it; one with `ends` ends at once with that number. */
export function image(id: string, more: JsonObject = {}): JsonObject {
  return {
    Id: `sha256:${id}`,
    Config: { Cmd: ['serve'], Entrypoint: null, User: '', Env: ['PATH=/bin'], Labels: { made: 'by us' } },
    ...more,
  };
}

interface State {
  made: number;
  version: string;
  images: Record<string, JsonObject>;
  registry: Record<string, JsonObject>;
  containers: Record<string, Json>[];
  [key: string]: unknown;
}

/** A host with a docker client and no Docker: what is asked of it is done on a file. */
export class ContainerWorld {
  readonly path: string;
  readonly #file: string;
  readonly #server: Server;

  constructor(path: string) {
    this.path = path;
    this.#file = join(path, 'state');
    mkdirSync(join(path, 'bin'));
    mkdirSync(join(path, 'run'));
    this.set({ made: 0, version: '20.10.24', images: { 'monitor:1': image('1') }, registry: {}, containers: [] });
    // Node takes --env-file for its own, wherever it stands.
    const script = `#!/bin/sh
for word do
  shift
  if [ "$word" = --env-file ]; then word=--environment; fi
  set -- "$@" "$word"
done
exec '${process.execPath}' '${CLIENT}' '${this.#file}' "$@"
`;
    writeFileSync(join(path, 'bin/docker'), script, { mode: 0o755 });
    this.#server = createServer().listen(join(path, 'run/docker.sock'));
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

  get state(): State {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as State;
  }

  /** Changes what the daemon knows. */
  set(change: Partial<State>): void {
    const before = change.made === 0 ? {} : this.state;
    writeFileSync(this.#file, JSON.stringify({ ...before, ...change }));
  }

  /** Names of all containers, with a + if they run. */
  names(): readonly string[] {
    return this.state.containers
      .map((each) => `${String(each.Name).slice(1)}${(each.State as JsonObject).Running === true ? '+' : ''}`)
      .sort();
  }

  /** What the client was asked, in one text. */
  asked(): string {
    return readFileSync(`${this.#file}.asked`, 'utf8');
  }

  /** Runs a line for the client beside the session. */
  change(name: string, fields: (container: Record<string, Json>) => void): void {
    const { containers } = this.state;
    for (const each of containers) if (each.Name === `/${name}`) fields(each);
    this.set({ containers });
  }

  picture(): readonly string[] {
    return [readFileSync(this.#file, 'utf8')];
  }

  close(): void {
    this.#server.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
