import { loadPlaybook } from '../../config/playbook.ts';
import type { Playbook } from '../../config/playbook-model.ts';
import type { RunReport } from '../../core/results.ts';
import { MODULES } from '../../modules/registry.ts';
import { standingOf } from '../../report/diagnosis-groups.ts';
import type { DiagnosisOptions } from '../../report/diagnosis-view.ts';
import type { Listener } from '../../report/listener.ts';
import { isToldWhole } from '../../report/story.ts';
import { commandAfter } from '../again.ts';
import { runCommand } from '../commands/run.ts';
import { execute } from '../execute.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { loadInputs } from '../load-inputs.ts';
import { readTogether, styleFor } from '../look.ts';
import { typedPackageFile } from '../package-file.ts';
import { verbosityOf } from '../reporters.ts';
import type { Selection } from '../selection.ts';
import type { KeptConnections } from './kept-connections.ts';

/** A diagnosis is this playbook in check mode. */
const DIAGNOSIS = (logWindowMs: number) => `
- name: diagnose
  hosts: all
  become: true
  tasks:
    - name: look how the daemons are, what stands still, and what the log says
      dockerd_health: { log_window: ${logWindowMs}ms }
`;

/** The hosts that the options choose, with what is looked at on each. */
export function diagnosisOf(given: Given, logWindowMs: number): Selection {
  return { ...loadInputs(given), playbook: playbookOf(logWindowMs), tags: [], skipTags: [] };
}

function playbookOf(logWindowMs: number): Playbook {
  return loadPlaybook('diagnose', DIAGNOSIS(logWindowMs), MODULES);
}

/** Looks once at every host; with `kept`, over its connections. */
export function lookOnce(
  io: Io,
  given: Given,
  selection: Selection,
  listener: Listener,
  kept?: KeptConnections,
): Promise<RunReport> {
  return execute(io, given, selection, 'check', listener, kept === undefined ? {} : { connect: kept.connect });
}

/** How a diagnosis is shown on stdout. */
export function viewOptions(io: Io, given: Given, report: RunReport): DiagnosisOptions {
  return {
    style: styleFor(io, given, io.out),
    columns: io.out.columns(),
    whole: verbosityOf(given) > 0,
    playbook: (file, hosts) =>
      commandAfter(
        runCommand,
        [typedPackageFile(`playbooks/${file}`)],
        given,
      )({
        check: true,
        ...(hosts.length === report.hosts.length ? {} : { limit: hosts.join(',') }),
      }),
    ...(readTogether(io)
      ? { told: (host) => standingOf(host) === 'unseen' && isToldWhole(host, report.hosts.length) }
      : {}),
  };
}
