import { spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, type Ran } from './command.ts';
import { type HostOptions, hostFiles } from './host-options.ts';
import { source } from './paths.ts';
import type { Seat } from './seat.ts';
import { type Access, openConnection, type RemoteOptions, runOnHost } from './ssh.ts';

/** What every host of a lab is made from. */
export interface Materials {
  readonly seat: Seat;
  readonly base: string;
  readonly programs: string;
  readonly images: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
}

const BOOT_LIMIT_MS = 60_000;

/** A real host: systemd, sshd and Docker Engine, reachable over ssh. */
export class LabHost {
  readonly name: string;
  readonly options: HostOptions;
  /** For other ssh clients; the accounts are those of base/root/usr/local/lib/lab/accounts.sh and root. */
  readonly access: Access;
  readonly seat: Seat;
  readonly #materials: Materials;
  #up = false;
  #used = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: HostOptions, address: string, materials: Materials) {
    if (!/^[a-z][a-z0-9-]{0,9}$/.test(options.name)) throw new Error(`not a lab host name: ${options.name}`);
    this.name = options.name;
    this.options = options;
    this.seat = materials.seat;
    this.access = { address, port: 22, keyFile: materials.keyFile, knownHostsFile: materials.knownHostsFile };
    this.#materials = materials;
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** Boots the host from a fresh tree and waits until Docker answers and has the lab's images. */
  async start(): Promise<void> {
    if (this.#up) return;
    this.#writeTree();
    const ended = this.#boot();
    await this.#waitFor('ssh', ended, () => openConnection(this.access, this.seat.socket(this.name)));
    await this.#waitFor('docker', ended, async () => (await this.sh('docker version')).code === 0);
    this.#up = true;
    await this.must('docker load --quiet --input /usr/local/share/lab/images.tar');
  }

  /** Takes the host off the network at once, as a power failure does; its disk is gone with it. */
  async stop(): Promise<void> {
    this.#up = false;
    await mustRun('sh', [source('machine/teardown.sh'), `${this.seat.number}`, this.name]);
  }

  /** Gives back a host without faults, containers or changes, under the same address and host key (about 2 s). */
  async reset(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Runs a scenario on the host as `reset` leaves it, when the scenarios before it are through. */
  fresh<T>(scenario: (host: LabHost) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      if (this.#used || !this.#up) await this.reset();
      this.#used = true;
      return scenario(this);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Drops all packets from and to the host, without a word to either side, until `heal`. */
  async cut(): Promise<void> {
    await mustRun('ip', ['link', 'set', this.seat.link(this.name), 'nomaster']);
  }

  /** Undoes `cut`. */
  async heal(): Promise<void> {
    await mustRun('ip', ['link', 'set', this.seat.link(this.name), 'master', this.seat.bridge]);
  }

  /** A file of the host for a loop device: the name tells whose device it is, for the machine gives them to all hosts. */
  diskImage(what: string): string {
    return `/var/lib/unbusy-lab-${this.seat.number}.${this.name}.${what}.img`;
  }

  /** Runs a script through ssh, as root with bash unless told; whatever it exits with is a value. */
  sh(script: string, options: RemoteOptions = {}): Promise<Ran> {
    return runOnHost(this.access, this.seat.socket(this.name), script, options);
  }

  /** Runs a bash script as root that must not fail in any line; returns its output without the last newline. */
  async must(script: string, options: RemoteOptions = {}): Promise<string> {
    const ran = await this.sh(`set -eu\n${script}`, options);
    if (ran.code === 0) return ran.stdout.replace(/\n$/, '');
    throw new Error(`${this.name}: exit ${ran.code ?? 'by signal'} of\n${script.trim()}\n${ran.stderr}${ran.stdout}`);
  }

  #writeTree(): void {
    const upper = join(this.seat.dir, 'hosts', this.name, 'upper');
    const put = (path: string, text: string, mode = 0o644) => {
      mkdirSync(dirname(join(upper, path)), { recursive: true });
      writeFileSync(join(upper, path), text, { mode });
    };
    for (const [path, text] of hostFiles(this.options)) put(path, text);
    put('/etc/hostname', `${this.name}\n`);
    put('/etc/hosts', `127.0.0.1 localhost ${this.name}\n`);
    put('/etc/ssh/lab_authorized_keys', readFileSync(`${this.#materials.keyFile}.pub`, 'utf8'));
    const keys = join(this.seat.dir, 'keys', this.name);
    for (const type of ['ed25519', 'ecdsa']) {
      const file = `ssh_host_${type}_key`;
      put(`/etc/ssh/${file}`, readFileSync(join(keys, file), 'utf8'), 0o600);
      put(`/etc/ssh/${file}.pub`, readFileSync(join(keys, `${file}.pub`), 'utf8'));
    }
    cpSync(this.#materials.programs, join(upper, 'usr/local/sbin'), { recursive: true });
    cpSync(this.#materials.images, join(upper, 'usr/local/share/lab'), { recursive: true });
  }

  #boot(): { code?: number | null } {
    const console = openSync(join(this.seat.dir, 'hosts', this.name, 'console.log'), 'a');
    const args = [
      source('machine/boot.sh'),
      `${this.seat.number}`,
      this.name,
      this.access.address,
      this.#materials.base,
    ];
    const child = spawn('sh', args, { detached: true, stdio: ['ignore', console, console] });
    closeSync(console);
    const ended: { code?: number | null } = {};
    child.on('exit', (code) => {
      ended.code = code;
    });
    child.unref();
    return ended;
  }

  async #waitFor(what: string, ended: { code?: number | null }, isThere: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + BOOT_LIMIT_MS;
    while (!(await isThere())) {
      if ('code' in ended || Date.now() > until) throw new Error(`${this.name}: no ${what}\n${this.#console()}`);
      await sleep(100);
    }
  }

  #console(): string {
    return readFileSync(join(this.seat.dir, 'hosts', this.name, 'console.log'), 'utf8')
      .split('\n')
      .slice(-25)
      .join('\n');
  }
}
