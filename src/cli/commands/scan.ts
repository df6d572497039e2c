import { loadPlaybook } from '../../config/playbook.ts';
import { type ExitCode, exitCodesOf, PENDING, strongest } from '../../core/exit-codes.ts';
import type { HostResult, RunReport } from '../../core/results.ts';
import type { Listener } from '../../report/listener.ts';
import { findingsOf, renderScan, scanJson, wasSeen } from '../../report/scan-view.ts';
import { isToldWhole } from '../../report/story.ts';
import { commandAfter } from '../again.ts';
import type { CommandSpec } from '../command.ts';
import { execute } from '../execute.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { loadInputs } from '../load-inputs.ts';
import { readTogether, styleFor } from '../look.ts';
import { withMetrics } from '../metrics-file.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, OUTPUT_OPTIONS } from '../option-groups.ts';
import { SWEEP, typedPackageFile } from '../package-file.ts';
import { allListeners, progressListener, verbosityOf } from '../reporters.ts';
import { scanModules } from '../scan-modules.ts';
import { METRICS_OPTION } from '../schedule/options.ts';
import { runCommand } from './run.ts';

/** A scan is this playbook in check mode: the same look as a run takes before it acts. */
const SCAN = `
- name: scan
  hosts: all
  become: true
  tasks:
    - name: look for what makes mounts leak
      docker_causes: {}
    - name: look for dead containers and leaked mounts
      dead_containers: { orphans: true }
`;

/** `unbusy scan`: what keeps dead containers on which hosts; reads only. */
export const scanCommand: CommandSpec = {
  name: 'scan',
  summary: 'Look for dead containers, what keeps them, and what makes it so; changes nothing.',
  args: [],
  options: [...HOST_OPTIONS, ...CONNECTION_OPTIONS, METRICS_OPTION, ...OUTPUT_OPTIONS],
  examples: [
    ['unbusy scan -i hosts.yml', 'all hosts of an inventory; becomes root through sudo or doas'],
    ['unbusy scan -i cd01,cd02, -u root --json', 'two hosts, for a program to read'],
  ],
  exits: [0, 1, 2, 3, 4, 5, 8, 9, 124, 130, 143],
  pending: PENDING.look,
  run: (io, _args, given) =>
    scanAndPrint(
      io,
      given,
      commandAfter(runCommand, [typedPackageFile(SWEEP)], given.with('metrics', false))({ check: true }),
    ),
};

/** Looks, and prints what was seen; `sweep` is the command that says what a sweep would do about it. */
export async function scanAndPrint(io: Io, given: Given, sweep?: string): Promise<ExitCode> {
  const report = await withMetrics(io, given, 'scan', scanExitCode, async (listeners) => {
    const modules = scanModules();
    const playbook = loadPlaybook('scan', SCAN, modules);
    const selection = { ...loadInputs(given), playbook, tags: [], skipTags: [] };
    const listener = lookOnly(progressListener(io, given, verbosityOf(given) < 1));
    return execute(io, given, selection, 'check', allListeners([listener, ...listeners]), { modules });
  });
  const exitCode = scanExitCode(report);
  if (given.has('json')) io.out.write(`${JSON.stringify(scanJson(report, exitCode), null, 2)}\n`);
  else {
    const told = (host: HostResult) => !wasSeen(host) && isToldWhole(host, report.hosts.length);
    const options = {
      ...{ style: styleFor(io, given, io.out), columns: io.out.columns() },
      ...(readTogether(io) ? { told } : {}),
      ...(sweep === undefined ? {} : { sweep }),
    };
    io.out.write(`${renderScan(report, options).join('\n')}\n`);
  }
  return exitCode;
}

/** A step that would be refused is no trouble of a look: such a host is told as one that was seen. */
function lookOnly(listener: Listener): Listener {
  return {
    ...listener,
    handle(event) {
      const seen = event.kind === 'host-end' && event.result.status === 'failed' && wasSeen(event.result);
      listener.handle(seen ? { ...event, result: { ...event.result, status: 'would-change' } } : event);
    },
  };
}

/** 3 if something is there to release, also where the release would be refused; troubles with looking win as in a run. */
export function scanExitCode(report: RunReport): ExitCode {
  const hosts = report.hosts.filter((host) => !wasSeen(host));
  const early = report.exitCode as ExitCode;
  const codes = new Set<ExitCode>(early === 5 || early === 3 ? [] : [early]);
  if (hosts.length > 0) for (const code of exitCodesOf({ ...report, hosts })) codes.add(code);
  const found = findingsOf(report.hosts).some(({ finding: { kind } }) => kind === 'leak' || kind === 'dead-container');
  return strongest([...codes, found ? 3 : 0]);
}
