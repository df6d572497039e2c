import { describe, expect, it } from 'vitest';
import { foldCauses, renderCauses } from '../../../src/report/causes-view.ts';
import type { HostFinding } from '../../../src/report/findings-table.ts';
import { renderScan, scanJson } from '../../../src/report/scan-view.ts';
import { createStyle } from '../../../src/report/style.ts';
import { hostResult, runReport, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: false });

function cause(host: string, decision: 'unset' | 'keep' | 'unknown', signature = 'K2'): HostFinding {
  const words = { unset: 'remove MountFlags=slave', keep: 'leave MountFlags= unset', unknown: 'look by hand' };
  return {
    host,
    finding: {
      ...{ id: 'cause:docker.service', kind: 'cause', title: 't', cause: `it is ${decision}`, remedy: words[decision] },
      data: { row: `row-${decision}`, decision, signature },
    },
  };
}

const FLEET = [
  cause('ok1', 'keep'),
  cause('cd01', 'unset', 'K2 with 18.09'),
  cause('cd02', 'unset', 'K2 with 20.10'),
  cause('cd03', 'unset', 'K2 with 20.10'),
  cause('cd04', 'unset', 'K0'),
  cause('ok2', 'keep'),
  cause('x', 'unknown'),
];

describe('causes over a fleet', () => {
  it('are one group for one advice and one reason, those that need a change first', () => {
    expect(foldCauses(FLEET).map(({ hosts, row, decision }) => [hosts.length, row, decision])).toEqual([
      [4, 'row-unset', 'unset'],
      [1, 'row-unknown', 'unknown'],
      [2, 'row-keep', 'keep'],
    ]);
    expect(foldCauses(FLEET)[0]?.signatures).toEqual(['K2 with 20.10', 'K0', 'K2 with 18.09']);
  });

  it('leave other findings out', () => {
    const leak: HostFinding = { host: 'a', finding: { id: 'l', kind: 'leak', title: 't', cause: 'c', remedy: 'r' } };
    expect(foldCauses([leak])).toEqual([]);
  });

  it('are told as hosts, advice, reason and row', () => {
    const lines = renderCauses(foldCauses(FLEET), style, 100);
    expect(lines).toEqual([
      '4 hosts: remove MountFlags=slave, because it is unset (row-unset)',
      '  cd[01-04]',
      '  K2 with 20.10',
      '  K0',
      '  and 1 other kind of host',
      '1 host: look by hand, because it is unknown (row-unknown)',
      '  x',
      '  K2',
      '2 hosts: leave MountFlags= unset, because it is keep (row-keep)',
      '  ok[1,2]',
      '  K2',
    ]);
    for (const line of renderCauses(foldCauses(FLEET), style, 40)) expect(line.length).toBeLessThan(40);
  });

  it('stand in a scan below the table, not in it, and in JSON for all and for each host', () => {
    const hosts = FLEET.map(({ host, finding }) => ({
      ...hostResult(host, 'ok'),
      tasks: [taskResult(host, 'ok', { findings: [finding] })],
    }));
    const report = runReport(hosts, { mode: 'check' });
    const lines = renderScan(report, { style, columns: 100 });
    expect(lines.join('\n')).not.toContain('HELD BY');
    expect(lines[0]).toContain('4 hosts: remove');
    expect(lines.at(-1)).toBe('nothing to release on 7 hosts that could be looked at. Nothing was changed.');
    expect(scanJson(report, 0)).toMatchObject({
      findings: [],
      causes: [{ hosts: ['cd01', 'cd02', 'cd03', 'cd04'], advice: 'remove MountFlags=slave' }, {}, {}],
      hosts: [{ host: 'ok1', cause: { advice: 'leave MountFlags= unset', signature: 'K2' } }, {}, {}, {}, {}, {}, {}],
    });
  });
});
