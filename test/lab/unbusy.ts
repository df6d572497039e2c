import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport, TaskResult } from '../../src/core/results.ts';
import { type CommandOptions, type Ran, run } from './command.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';

const ROOT = source('../..');

/** The shipped sweep. */
export const SWEEP = join(ROOT, 'playbooks/sweep-dead.yml');

/** How one run of the command ended; `report` is what it printed with --json. */
export interface UnbusyRun {
  readonly code: number | null;
  readonly report: RunReport;
  readonly stderr: string;
}

/** How the hosts are logged in on, where that differs from root with the lab's key and known host keys. */
export interface Login {
  readonly user?: string;
  readonly knownHostsFile?: string;
  /** Inventory variables that every host gets. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Groups of the inventory, by name, beside `all`. */
  readonly groups?: Readonly<Record<string, readonly LabHost[]>>;
}

/** The command as a user runs it, built from this checkout, on the laptop side of the lab. */
export class Unbusy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'unbusy-lab-'));
  readonly #command = join(this.#folder, 'dist/unbusy.cjs');

  constructor() {
    // Runs are recorded there, and not in the home of whoever runs the lab.
    process.env.XDG_STATE_HOME = join(this.#folder, 'state');
    // A build of its own, in a package of its own: other labs build and run at the same time.
    execFileSync('node', ['build.mjs', join(this.#folder, 'dist')], { cwd: ROOT });
    for (const name of ['package.json', 'playbooks', 'inventory'])
      symlinkSync(join(ROOT, name), join(this.#folder, name));
  }

  /** What follows `node` on a command line of `unbusy ARGS`, with an inventory of these hosts that only it reads. */
  argv(hosts: readonly LabHost[], args: readonly string[], login: Login = {}): readonly string[] {
    const folder = mkdtempSync(join(this.#folder, 'command-'));
    const config = hosts.map(
      ({ name, access }) => `Host ${name}
  HostName ${access.address}
  Port ${access.port}
  User ${login.user ?? 'root'}
  IdentityFile ${access.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${login.knownHostsFile ?? access.knownHostsFile}
  GlobalKnownHostsFile /dev/null
`,
    );
    const vars = Object.entries(login.vars ?? {}).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`);
    const entries = hosts.map(({ name }) => `    ${name}:\n${vars.join('')}`);
    writeFileSync(join(folder, 'ssh_config'), config.join(''));
    const groups = Object.entries(login.groups ?? {}).map(
      ([name, members]) => `${name}:\n  hosts:\n${members.map((host) => `    ${host.name}:\n`).join('')}`,
    );
    writeFileSync(join(folder, 'inventory.yml'), `all:\n  hosts:\n${entries.join('')}${groups.join('')}`);
    const shared = ['-i', join(folder, 'inventory.yml'), '--ssh-config', join(folder, 'ssh_config')];
    return [this.#command, ...args, ...shared];
  }

  /** Runs `unbusy ARGS` on these hosts, and gives what it printed. */
  command(hosts: readonly LabHost[], args: readonly string[], options: CommandOptions & Login = {}): Promise<Ran> {
    return run('node', this.argv(hosts, args, options), { timeoutMs: 180_000, ...options });
  }

  /** Makes a hook of a playbook: `unbusy compile ARGS`. */
  compile(args: readonly string[]): Promise<Ran> {
    return run('node', [this.#command, 'compile', ...args]);
  }

  /** Goes on with the newest run that has something left. */
  resume(args: readonly string[]): Promise<Ran> {
    return run('node', [this.#command, 'resume', ...args], { timeoutMs: 180_000 });
  }

  /** Runs the shipped sweep on these hosts. */
  sweep(hosts: readonly LabHost[], args: readonly string[] = [], options?: CommandOptions & Login): Promise<UnbusyRun> {
    return this.playbook(hosts, SWEEP, args, options);
  }

  /** Runs a playbook file on these hosts. */
  async playbook(
    hosts: readonly LabHost[],
    file: string,
    args: readonly string[] = [],
    options?: CommandOptions & Login,
  ): Promise<UnbusyRun> {
    const ran = await this.command(hosts, ['run', file, '--json', ...args], options);
    let report: RunReport;
    try {
      report = JSON.parse(ran.stdout) as RunReport;
    } catch {
      throw new Error(`no report; exit ${ran.code}\n${ran.stderr}\n${ran.stdout.slice(0, 2000)}`);
    }
    return { code: ran.code, report, stderr: ran.stderr };
  }

  /** A file of this text, deleted with everything else. */
  file(name: string, text: string): string {
    const path = join(mkdtempSync(join(this.#folder, 'file-')), name);
    writeFileSync(path, text);
    return path;
  }

  /** Deletes the files that were written for the lab. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Every task of a run, on all hosts. */
export function tasksOf(ran: UnbusyRun): readonly TaskResult[] {
  return ran.report.hosts.flatMap((host) => host.tasks);
}

/** The changes of a run as "title: outcome". */
export function changesOf(ran: UnbusyRun): readonly string[] {
  return tasksOf(ran).flatMap((task) => task.changes.map((change) => `${change.title}: ${change.outcome}`));
}

/** All that a run says of what went wrong, for a message when an expectation does not hold. */
export function troubleOf(ran: UnbusyRun): string {
  const lines = ran.report.hosts.flatMap((host) => [
    `${host.host} ${host.status} ${host.error?.code ?? ''} ${host.error?.message ?? ''}`,
    ...host.tasks.flatMap((task) => [
      `  ${task.task}: ${task.status} ${task.error?.code ?? ''} ${task.error?.message ?? ''}`,
      ...task.changes.map((change) => `    ${change.title}: ${change.outcome} ${change.note ?? ''}`),
      ...task.refusals.map((refusal) => `    refused: ${refusal.what}: ${refusal.why}`),
      ...task.gaps.map((gap) => `    gap: ${gap.what}: ${gap.why}`),
      ...task.findings.map((finding) => `    finding: ${finding.kind} ${finding.title} [${finding.cause}]`),
    ]),
  ]);
  return `exit ${ran.code}\n${lines.join('\n')}\n${ran.stderr.slice(-2000)}`;
}
