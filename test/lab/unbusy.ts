import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport, TaskResult } from '../../src/core/results.ts';
import { type CommandOptions, type Ran, run } from './command.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';

const ROOT = source('../..');

/** How one run of the command ended; `report` is what it printed with --json. */
export interface UnbusyRun {
  readonly code: number | null;
  readonly report: RunReport;
  readonly stderr: string;
}

/** The command as a user runs it, built from this checkout, on the laptop side of the lab. */
export class Unbusy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'unbusy-lab-'));

  constructor() {
    execFileSync('node', ['build.mjs'], { cwd: ROOT });
  }

  /** Runs `unbusy ARGS` with an inventory of these hosts, and gives what it printed. */
  command(hosts: readonly LabHost[], args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
    const config = hosts.map(
      ({ name, access }) => `Host ${name}
  HostName ${access.address}
  Port ${access.port}
  User root
  IdentityFile ${access.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${access.knownHostsFile}
  GlobalKnownHostsFile /dev/null
`,
    );
    const file = (name: string) => join(this.#folder, name);
    writeFileSync(file('ssh_config'), config.join(''));
    writeFileSync(file('inventory.yml'), `all:\n  hosts:\n${hosts.map(({ name }) => `    ${name}:\n`).join('')}`);
    const shared = ['-i', file('inventory.yml'), '--ssh-config', file('ssh_config')];
    const argv = [join(ROOT, 'dist/unbusy.mjs'), ...args, ...shared];
    return run('node', argv, { timeoutMs: 180_000, ...options });
  }

  /** Runs the shipped sweep on these hosts. */
  async sweep(hosts: readonly LabHost[], args: readonly string[] = []): Promise<UnbusyRun> {
    const playbook = join(ROOT, 'playbooks/sweep-dead.yml');
    const ran = await this.command(hosts, ['run', playbook, '--json', ...args]);
    let report: RunReport;
    try {
      report = JSON.parse(ran.stdout) as RunReport;
    } catch {
      throw new Error(`no report; exit ${ran.code}\n${ran.stderr}\n${ran.stdout.slice(0, 2000)}`);
    }
    return { code: ran.code, report, stderr: ran.stderr };
  }

  /** Deletes the inventory that was written for the lab. */
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
