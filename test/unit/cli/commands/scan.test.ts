import { describe, expect, it } from 'vitest';
import { scanExitCode } from '../../../../src/cli/commands/scan.ts';
import type { Finding } from '../../../../src/core/findings.ts';
import type { HostResult } from '../../../../src/core/results.ts';
import { renderScan, scanJson } from '../../../../src/report/scan-view.ts';
import { createStyle } from '../../../../src/report/style.ts';
import { hostResult, runReport, taskResult } from '../../../support/events.ts';

const leak: Finding = { id: 'l', kind: 'leak', title: 't', cause: 'c', remedy: 'r', containerName: 'web' };
const latent: Finding = { ...leak, kind: 'latent' };

function looked(host: string, status: 'ok' | 'would-change' | 'failed', ...findings: Finding[]): HostResult {
  const error = status === 'failed' ? { error: { code: 'E_REFUSED', message: 'no' } as const } : {};
  return { ...hostResult(host, status), tasks: [taskResult(host, status, { findings, ...error })] };
}

const down = hostResult('d', 'unreachable', { code: 'E_AUTH', message: 'refused' });
const broken = hostResult('e', 'failed', { code: 'E_PREFLIGHT_PROC', message: 'hidepid' });
const scan = (...hosts: HostResult[]) => runReport(hosts, { mode: 'check' });

describe('the exit code of a scan', () => {
  it.each([
    [[looked('a', 'ok')], 0],
    [[looked('a', 'ok', latent)], 0],
    [[looked('a', 'would-change', leak)], 3],
    [[looked('a', 'failed', leak)], 3],
    [[looked('a', 'would-change', leak), down], 4],
    [[looked('a', 'failed', leak), broken], 5],
    [[looked('a', 'ok'), hostResult('n', 'not-reached')], 9],
  ])('case %#', (hosts, code) => {
    expect(scanExitCode(scan(...hosts))).toBe(code);
  });
});

describe('what a scan shows', () => {
  const options = { style: createStyle({ color: false, unicode: false }), columns: 100 };

  it('is the table, the troubles and the sum, and that nothing was changed', () => {
    const lines = renderScan(scan(looked('a', 'would-change', leak), looked('b', 'ok'), down), options);
    expect(lines.join('\n')).toContain('leaked mount');
    expect(lines.join('\n')).toContain('why 1 d: E_AUTH refused');
    expect(lines.at(-1)).toBe(
      '1 leak or dead container on 1 host of 2; 1 host could not be looked at. Nothing was changed.',
    );
  });

  it('names the next command where there is something to release, and only there', () => {
    const next = { ...options, sweep: 'unbusy run sweep.yml -C' };
    expect(renderScan(scan(looked('a', 'would-change', leak)), next).slice(-2)).toEqual([
      '  next, what a sweep would do (it changes nothing):',
      '    unbusy run sweep.yml -C',
    ]);
    for (const host of [looked('a', 'ok'), looked('a', 'ok', latent), down])
      expect(renderScan(scan(host), next).join()).not.toContain('next');
  });

  it('never says that a host is clean that was not looked at', () => {
    expect(renderScan(scan(down), options).at(-1)).toBe(
      'unknown: 0 of 1 host could be looked at. Nothing was changed.',
    );
  });

  it('is in JSON with the same facts', () => {
    expect(scanJson(scan(looked('a', 'would-change', leak), down), 4)).toMatchObject({
      schema: 'unbusy/scan/1',
      exitCode: 4,
      findings: [{ host: 'a', kind: 'leak' }],
      hosts: [
        { host: 'a', seen: true, error: null },
        { host: 'd', seen: false, error: { code: 'E_AUTH' } },
      ],
    });
  });
});
