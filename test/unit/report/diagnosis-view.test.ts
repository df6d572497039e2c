import { describe, expect, it } from 'vitest';
import { diagnosisExitCode } from '../../../src/cli/diagnose/exit-code.ts';
import type { Finding, Severity } from '../../../src/core/findings.ts';
import type { HostResult } from '../../../src/core/results.ts';
import { groupDiagnosis, standingOf } from '../../../src/report/diagnosis-groups.ts';
import { diagnosisJson, renderDiagnosis } from '../../../src/report/diagnosis-view.ts';
import { createStyle } from '../../../src/report/style.ts';
import { hostResult, runReport, taskResult } from '../../support/events.ts';

const verdict = (severity: Severity, cause: string, title: string, extra: Partial<Finding> = {}): Finding => ({
  ...{ id: title, kind: 'health', severity, title, cause, remedy: 'Repair it.' },
  ...extra,
});

function seen(host: string, findings: readonly Finding[] = [], gap?: string): HostResult {
  const gaps = gap === undefined ? [] : [{ what: gap, why: 'fog' }];
  return { ...hostResult(host, 'ok'), tasks: [taskResult(host, 'ok', { findings, gaps })] };
}

const down = hostResult('d', 'unreachable', { code: 'E_AUTH', message: 'refused' });
const blind = hostResult('b', 'unknown', { code: 'E_UNKNOWN', message: 'fog' });
const look = (...hosts: HostResult[]) => runReport(hosts, { mode: 'check' });
const options = { style: createStyle({ color: false, unicode: false }), columns: 100 };
const shown = (...hosts: HostResult[]) => renderDiagnosis(look(...hosts), options).join('\n');

const full = verdict('warning', 'descriptors run out', 'dockerd has 900 of 1024', { avoid: ['Wait for it.'] });
const stuck = verdict('critical', 'a frozen file system', 'container web cannot be stopped', {
  evidence: ['kernel stack: vfs_write', 'a SIGKILL is pending'],
  playbook: 'sweep-dead.yml',
});
const old = verdict('info', 'an old version', 'Docker 20.10 is old');

describe('the exit code of a diagnosis', () => {
  it.each([
    [[seen('a')], 0],
    [[seen('a', [old])], 0],
    [[seen('a', [full])], 3],
    [[seen('a', [stuck]), seen('c')], 3],
    // A part that was not seen: nothing is known to be wrong, and not all is known to be well.
    [[seen('a', [], 'the journal')], 9],
    [[seen('a', [stuck], 'the journal')], 3],
    [[seen('a', [stuck]), down], 4],
    [[seen('a', [stuck]), blind], 9],
    [[blind], 9],
  ])('case %#', (hosts, code) => {
    expect(diagnosisExitCode(look(...hosts))).toBe(code);
  });

  it('is that of an interruption, if there was one', () => {
    const cut = runReport([seen('a', [stuck])], { mode: 'check', interrupted: true });
    expect(diagnosisExitCode(cut)).toBe(130);
  });
});

describe('how a host stands', () => {
  it('is by its worst verdict, and never well if it was not seen', () => {
    const of = (...hosts: HostResult[]) => hosts.map(standingOf);
    expect(of(seen('a', [full, stuck]), seen('a', [old, full]), seen('a', [old]))).toEqual([
      'critical',
      'warning',
      'well',
    ]);
    expect(of(seen('a', [], 'x'), down, blind, hostResult('n', 'not-reached'))).toEqual([
      'partly',
      'unseen',
      'unseen',
      'unseen',
    ]);
  });
});

describe('what a diagnosis shows', () => {
  it('is one group a cause, worst first, with what to do and what not', () => {
    const text = shown(seen('a', [full]), seen('c', [full, stuck]), seen('e'));
    expect(text.indexOf('critical  a frozen file system')).toBe(0);
    expect(text.indexOf('warning  descriptors run out  a,c')).toBeGreaterThan(0);
    expect(text).toContain('    - kernel stack: vfs_write');
    expect(text).toContain('  do: Repair it.');
    expect(text).toContain('  do not: Wait for it.');
    expect(text).toContain('-> unbusy run playbooks/sweep-dead.yml');
    expect(text).toContain('healthy: e');
    expect(text).toContain('1 critical cause and 1 cause for a warning on 2 hosts of 3. Nothing was changed.');
  });

  it('is an example or two of many hosts, and all of their names', () => {
    const hosts = Array.from({ length: 40 }, (_, at) => seen(`cd${String(at).padStart(2, '0')}`, [full]));
    const text = shown(...hosts);
    expect(text).toContain('warning  descriptors run out  cd[00-39]');
    expect(text.match(/dockerd has 900/g)).toHaveLength(2);
    expect(text).toContain('alike on cd[02-39]');
    expect(text.match(/do: Repair it/g)).toHaveLength(1);
    expect(
      renderDiagnosis(look(...hosts), { ...options, whole: true })
        .join('\n')
        .match(/dockerd has 900/g),
    ).toHaveLength(40);
  });

  it('says for whom a remedy is, where they differ', () => {
    const other = { ...stuck, remedy: 'Thaw /b.' };
    const text = shown(seen('a', [{ ...stuck, remedy: 'Thaw /a.' }]), seen('b', [other]));
    expect(text).toContain('do: (a) Thaw /a.');
    expect(text).toContain('do: (b) Thaw /b.');
  });

  it('never hides a host that could not be looked at, nor a part of one', () => {
    const text = shown(seen('a', [], 'the journal'), down, blind);
    expect(text).toContain('why 1 d: E_AUTH refused');
    expect(text).toContain('not looked at: d,b');
    expect(text).toContain('not seen  a: the journal: fog');
    expect(text).toContain('nothing wrong in what could be seen: a');
    expect(text).not.toContain('healthy');
    expect(shown(down)).toContain('unknown: 0 of 1 host could be looked at');
  });

  it('folds what was not seen over the hosts, and tells all of it if asked', () => {
    const hosts = ['a', 'b'].map((host) => seen(host, [], 'the journal'));
    const many = ['v', 'w', 'x', 'y'].map((gap) => seen(`host${gap}`, [], gap));
    const text = shown(...hosts, ...many);
    expect(text).toContain('not seen  a,b: the journal: fog');
    expect(text).toContain('and 1 more thing not seen: see -v');
    expect(renderDiagnosis(look(...hosts, ...many), { ...options, whole: true }).join('\n')).toContain(
      'not seen  hosty: y: fog',
    );
  });

  it('tells what is only worth knowing in a line, and wholly if asked', () => {
    expect(shown(seen('a', [old]))).toContain('info  a: Docker 20.10 is old');
    expect(shown(seen('a', [old]))).not.toContain('Repair it.');
    expect(renderDiagnosis(look(seen('a', [old])), { ...options, whole: true }).join('\n')).toContain('Repair it.');
  });

  it('tells the numbers of one host as those of that host', () => {
    const started = (pid: number) => verdict('info', 'a daemon was started lately', `dockerd (pid ${pid}) was started`);
    expect(shown(seen('old', [started(37)]), seen('web', [started(49)])).replace(/\n +/g, ' ')).toContain(
      'info  old,web: a daemon was started lately; for instance on old: dockerd (pid 37) was started',
    );
    expect(shown(seen('old', [started(37)]), seen('web', [started(37)]))).toContain('info  old,web: dockerd (pid 37)');
    expect(shown(seen('old', [started(37)]))).toContain('info  old: dockerd (pid 37) was started');
    expect(shown(seen('old', [started(37), started(38)]))).toContain(
      'info  old: a daemon was started lately; for inst',
    );
  });

  it('makes the text of hosts safe, and ids short', () => {
    const text = shown(seen('a', [{ ...stuck, title: `${'ab'.repeat(32)} \u001b[2J` }]));
    expect(text).not.toContain('\u001b');
    expect(text).toContain('abababababab~');
  });

  it('fits its columns', () => {
    const long = { ...stuck, title: 'word '.repeat(60), evidence: ['word '.repeat(60)] };
    const lines = renderDiagnosis(look(seen('a', [long])), { ...options, columns: 60 });
    for (const line of lines.filter((each) => each.startsWith('  '))) expect(line.length).toBeLessThan(60);
  });

  it('is in JSON with the same facts', () => {
    expect(diagnosisJson(look(seen('a', [stuck]), down), 4)).toMatchObject({
      schema: 'unbusy/diagnose/1',
      exitCode: 4,
      causes: [{ severity: 'critical', hosts: ['a'], findings: [{ host: 'a', title: stuck.title }] }],
      hosts: [
        { host: 'a', standing: 'critical', error: null },
        { host: 'd', standing: 'unseen', error: { code: 'E_AUTH' } },
      ],
    });
  });

  it('orders causes of one severity by how many hosts have them', () => {
    const rare = { ...full, cause: 'rare' };
    const groups = groupDiagnosis([seen('a', [rare, full]), seen('c', [full])]);
    expect(groups.map(({ cause }) => cause)).toEqual(['descriptors run out', 'rare']);
  });
});
