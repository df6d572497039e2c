import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DockerTopology, readDockerTopology } from '../../../src/programs/docker-topology.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

const ROOT = process.getuid?.() === 0;

/** A host with these processes, each begun by a shell that is called like the daemon, and a docker client of ours. */
class TopologyBed {
  readonly #sandbox = makeSandbox();
  readonly #shell: ShellKind;
  readonly #socket: boolean;

  constructor(shell: ShellKind, socket = true) {
    this.#shell = shell;
    this.#socket = socket;
    for (const folder of ['bin', 'docker']) mkdirSync(join(this.#sandbox.path, folder));
    for (const name of ['dockerd', 'containerd', 'kubelet', 'containerd-shim']) {
      copyFileSync('/bin/bash', join(this.#sandbox.path, 'bin', name));
    }
  }

  get bin(): string {
    return join(this.#sandbox.path, 'bin');
  }

  /** $1 is the first word after the socket. */
  client(script: string): void {
    writeFileSync(join(this.bin, 'docker'), `#!/bin/sh\nshift 2\n${script}\n`, { mode: 0o755 });
  }

  config(text: string): void {
    writeFileSync(join(this.#sandbox.path, 'docker/daemon.json'), text);
  }

  /** Looks at the host while these commands run in the background; `bin` is the directory of the daemons. */
  async look(processes = ''): Promise<DockerTopology> {
    const socket = this.#socket
      ? `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "/run/docker.sock", Listen => 1)'`
      : ':';
    const setUp = [
      `bin=${this.bin}`,
      `mount -t tmpfs run /run; mkdir -p /etc/docker; mount --bind ${this.#sandbox.path}/docker /etc/docker; ${socket}`,
      processes,
      'sleep 0.3; exec "$@"',
    ].join('\n');
    const command = ['unshare', '-p', '-m', '--fork', '--mount-proc', 'sh', '-c', setUp, 'sh', ...this.#shell.command];
    const host = new ShellHost({ name: this.#shell.name, command, path: `${this.bin}:${this.#shell.path}` });
    const look = await readDockerTopology(host, 2000);
    if (!look.ok) throw look.error;
    return look.topology;
  }

  close(): void {
    this.#sandbox.remove();
  }
}

const ANSWERS = `
case $1 in
  info) printf 'u\\t20.10.24\\toverlay2\\t/var/lib/docker\\tfalse\\n' ;;
  ps) echo ${'a'.repeat(64)} ;;
  inspect) printf 'u\\t%s\\t/we\\\\b\\t0\\ts\\n' ${'a'.repeat(64)} ;;
esac`;

describe.runIf(CAN_UNSHARE && ROOT).each(shellKinds())('what Docker consists of, under $name', (shell) => {
  let bed: TopologyBed;
  beforeEach(() => {
    bed = new TopologyBed(shell);
    bed.client(ANSWERS);
  });
  afterEach(() => bed.close());

  it('is a dockerd with a containerd below it', async () => {
    const seen = await bed.look(`"$bin/dockerd" -c '"$0" -c "sleep 60; :" --x & wait' "$bin/containerd" -H fd:// &`);
    const [dockerd, ...rest] = seen.dockerds;
    expect(rest).toEqual([]);
    expect(dockerd).toMatchObject({ uid: 0, namespace: seen.init.namespace, exe: `${bed.bin}/dockerd`, parent: 1 });
    expect(dockerd?.args).toContain('-H fd://');
    expect(dockerd?.startTime).toMatch(/^\d+$/);
    expect(seen.containerds).toMatchObject([{ parent: dockerd?.pid, exe: `${bed.bin}/containerd` }]);
    expect(seen.binary).toEqual({ path: `${bed.bin}/dockerd`, packaging: 'none' });
  });

  it('is a dockerd in a namespace of its own, told by its inode and its tags', async () => {
    const apart = await bed.look(`unshare -m --propagation slave "$bin/dockerd" -c 'sleep 60; :' &`);
    expect(apart.dockerds[0]?.namespace).not.toBe(apart.init.namespace);
    expect(apart.dockerds[0]?.namespace).toBeGreaterThan(0);
    const lone = await bed.look(`unshare -m --propagation private "$bin/dockerd" -c 'sleep 60; :' &`);
    expect(lone.dockerds[0]?.rootTags).toEqual([]);
  });

  it('is none of what runs in another pid namespace, nor a shim, nor the client', async () => {
    const inner = `unshare -p -f "$bin/dockerd" -c 'sleep 60; :' &`;
    const shim = `"$bin/containerd-shim" -c 'sleep 60; :' &`;
    const seen = await bed.look(`${inner}\n${shim}`);
    expect([seen.dockerds, seen.containerds]).toEqual([[], []]);
    expect((await bed.look(`"$bin/dockerd" -c 'sleep 60; :' &`)).dockerds.length).toBe(1);
  });

  it('is two daemons and a kubelet', async () => {
    const one = `"$bin/dockerd" -c 'sleep 60; :' &`;
    const seen = await bed.look(`${one}\n${one}\n"$bin/kubelet" -c 'sleep 60; :' &`);
    expect(seen.dockerds.length).toBe(2);
    expect(seen.kubelets).toEqual(['']);
  });

  it('is what the daemon says of itself and of its containers', async () => {
    const seen = await bed.look();
    expect(seen).toMatchObject({
      ...{ version: '20.10.24', driver: 'overlay2', dataRoot: '/var/lib/docker', liveRestore: false },
      daemon: { state: 'answered' },
      containers: [{ id: 'a'.repeat(64), name: 'we\\b', pid: 0, shimNamespace: undefined, shared: true }],
    });
  });

  it('tells the namespace of the shim of a container that runs', async () => {
    const id = 'b'.repeat(64);
    bed.client(
      `${ANSWERS.replace('inspect)', 'inspect_)')}\ncase $1 in inspect) printf 'u\\t${id}\\t/web\\t%s\\t\\n' "$(cat /run/pid)" ;; esac`,
    );
    const shim = `unshare -m --propagation private "$bin/containerd-shim" -c 'sleep 60 & echo $! >/run/pid; wait' &`;
    const [container] = (await bed.look(shim)).containers ?? [];
    expect(container).toMatchObject({ name: 'web', shared: false });
    expect(container?.shimNamespace).toBeGreaterThan(0);
  });

  it('leaves out a container that was removed meanwhile, and does not take one that cannot be told of for none', async () => {
    const [one, two] = ['c'.repeat(64), 'd'.repeat(64)];
    const answers = (later: string) => `
n=$(cat /run/asked 2>/dev/null || echo 0)
case $1 in
  info) printf 'u\\t20.10.24\\toverlay2\\t/var/lib/docker\\tfalse\\n' ;;
  ps) echo 1 >/run/asked; if [ "$n" = 0 ]; then echo ${one}; echo ${two}; else ${later}; fi ;;
  inspect) printf 'u\\t${one}\\t/web\\t0\\t\\n'; echo 'Error: No such container' >&2; exit 1 ;;
esac`;
    bed.client(answers(`echo ${one}`));
    expect((await bed.look()).containers?.map(({ id }) => id)).toEqual([one]);
    bed.client(answers(`echo ${one}; echo ${two}`));
    expect((await bed.look()).containers).toBeUndefined();
    bed.client(answers('exit 1'));
    expect((await bed.look()).containers).toBeUndefined();
  });

  it('is known of an old client without formats', async () => {
    bed.client(`case $1 in
  info) [ "$2" = --format ] && exit 125; printf 'Server Version: 1.12.6\\nStorage Driver: devicemapper\\n Pool Name: x\\nDocker Root Dir: /data\\nLive Restore Enabled: true\\n' ;;
esac`);
    expect(await bed.look()).toMatchObject({
      version: '1.12.6',
      driver: 'devicemapper',
      dataRoot: '/data',
      liveRestore: true,
    });
  });

  it('is unknown in part where the daemon is silent, late or gone, and asks the binary for its version', async () => {
    const binary = '#!/bin/sh\necho "Docker version 19.03.15, build 99e3ed8919"\n';
    writeFileSync(join(bed.bin, 'dockerd'), binary, { mode: 0o755 });
    bed.client('exec sleep 60');
    expect(await bed.look()).toMatchObject({ daemon: { state: 'late' }, containers: undefined, version: '19.03.15' });
    bed.client('echo no >&2; exit 1');
    expect(await bed.look()).toMatchObject({ daemon: { state: 'refused' }, containers: undefined });
    bed.client(ANSWERS.replace('ps)', 'ps) exit 1 ;; never)'));
    expect(await bed.look()).toMatchObject({ daemon: { state: 'answered' }, containers: undefined });
    const bare = new TopologyBed(shell, false);
    bare.client(ANSWERS);
    expect(await bare.look()).toMatchObject({ daemon: { state: 'stopped' }, containers: undefined });
    bare.close();
  });

  it.each([
    ['{"live-restore": true}', true],
    ['{\n  "debug": false,\n  "live-restore" :\r\n false\n}', false],
    ['{"debug": true}', undefined],
  ])('reads live-restore from %j', async (text, value) => {
    bed.config(text);
    expect((await bed.look()).configured).toEqual({ path: '/etc/docker/daemon.json', liveRestore: value });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dirname(bed.bin));
  });
});
