import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/core/display-width.ts';
import type { ChangeReport, HostResult } from '../../../src/core/results.ts';
import { type Again, nextLines } from '../../../src/report/next-step.ts';
import { createStyle } from '../../../src/report/style.ts';
import { renderSummary, SUMMARY_ROWS } from '../../../src/report/summary.ts';
import { change, hostResult, mixedFleet, runReport, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: true });
const again: Again = ({ check, limit, acceptNewKeys, become, askBecomePassword }) =>
  [
    ...['unbusy run p.yml', check ? '-C' : '', limit ? `-l ${limit}` : '', become ? '-b' : ''],
    ...[askBecomePassword ? '-K' : '', acceptNewKeys ? '--host-keys accept-new' : ''],
  ]
    .filter((part) => part !== '')
    .join(' ');

const summary = (hosts: readonly HostResult[], extra = {}) =>
  renderSummary(runReport(hosts, extra), { style, columns: 80, again });

describe('the recap', () => {
  it.each([3, 50, 2000])('of %i hosts fits a small terminal', (size) => {
    const lines = renderSummary(runReport(mixedFleet(size)), {
      style: createStyle({ color: true, unicode: true }),
      columns: 80,
      again,
    });
    expect(lines.length).toBeLessThan(SUMMARY_ROWS);
    const typed = lines.findIndex((line) => line.includes('next,')) + 1;
    for (const [index, line] of lines.entries()) {
      if (index !== typed || typed === 0) expect(displayWidth(stripVTControlCharacters(line))).toBeLessThan(80);
    }
  });

  it('counts each host once, folded, the troubles first', () => {
    const text = summary(mixedFleet(50)).join('\n');
    expect(text).toContain('✗ failed           4  cd[08,18,20,48]');
    expect(text.indexOf('failed')).toBeLessThan(text.indexOf('changed  '));
    const counts = [...text.matchAll(/^ {2}\S [a-z-]+ +(\d+) {2}/gm)].map((match) => Number(match[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50);
  });

  it('ranks causes, folds the words that differ by host, and gives hints', () => {
    const lines = summary(mixedFleet(50));
    const causes = lines.filter((line) => line.startsWith('  why'));
    expect(causes[0]).toContain('why 2 ');
    expect(lines.join('\n')).toContain('why 2 cd[04,44]: E_CONNECT_TCP cd04:22: connection refused (others alike)');
    expect(lines.join('\n')).toContain('→ Start sshd on cd04.');
    expect(lines.join('\n')).toMatch(/and \d more causes? on \d+ hosts?: see --json/);
  });

  it('says changed only for what was seen, by task and risk', () => {
    const half = { changes: [change('changed'), change('busy', { id: 'c2' }), change('no-change', { id: 'c3' })] };
    const host = { ...hostResult('a', 'failed'), tasks: [taskResult('a', 'failed', half)] };
    const text = summary([host]).join('\n');
    expect(text).toContain('changed, looked again and seen: unmount x1 on 1 host (sweep dead containers)');
    expect(summary([hostResult('a', 'ok')]).join('\n')).not.toContain('looked again');
  });

  it('tells a change that nobody could look at from one that was seen, and offers no proof of it', () => {
    const tasks = [taskResult('a', 'changed', { changes: [change('changed', { unseen: true })] })];
    const text = summary([{ ...hostResult('a', 'changed'), tasks }]).join('\n');
    expect(text).toContain('changed by its own word; there is nothing to look at: unmount x1 on 1 host');
    expect(text).not.toContain('looked again');
    expect(text).not.toContain('next');
  });

  it('says in check mode that nothing was changed, and how to do it', () => {
    const text = summary([hostResult('a', 'would-change')], { mode: 'check' }).join('\n');
    expect(text).toContain('checked, nothing was changed');
    expect(text).toContain('would change: unmount x1 on 1 host');
    expect(text).toContain('    unbusy run p.yml\nexit 3: changes are pending: check mode, or a policy put them off');
  });

  it('names the next command: what is left, or the proof, or nothing', () => {
    const left = summary([hostResult('a', 'ok'), hostResult('b', 'failed', { code: 'E_BUSY', message: 'busy' })]);
    expect(left.join('\n')).toContain('    unbusy run p.yml -l b\nexit 5');
    expect(summary([hostResult('a', 'changed')]).join('\n')).toContain('    unbusy run p.yml -C\nexit 0');
    expect(summary([hostResult('a', 'ok')]).join('\n')).not.toContain('next');
  });

  it('promises that nothing is done twice only where every step can be looked at', () => {
    const busy = hostResult('b', 'failed', { code: 'E_BUSY', message: 'busy' });
    const begun = (...changes: ChangeReport[]) =>
      summary([{ ...busy, tasks: [taskResult('b', 'failed', { changes })] }]).join('\n');
    expect(begun(change('changed'))).toContain('next, on what is left (nothing is done twice):');
    for (const blind of [change('changed', { unseen: true }), change('unknown')])
      expect(begun(blind)).toContain('next, on what is left (each task looks first, where it can):');
  });

  it('asks for accept-new only if unknown keys are all that is wrong', () => {
    const key = hostResult('a', 'unreachable', { code: 'E_HOSTKEY_UNKNOWN', message: 'unknown' });
    const down = hostResult('b', 'unreachable', { code: 'E_CONNECT_TCP', message: 'refused' });
    expect(summary([key]).join('\n')).toContain('unbusy run p.yml --host-keys accept-new');
    expect(summary([key, down]).join('\n')).not.toContain('accept-new');
  });

  it('adds to the next command what it lacked to become root, and only then', () => {
    const plain = hostResult('a', 'failed', { code: 'E_PREFLIGHT_ROOT', message: 'needs root' });
    const asked = hostResult('b', 'failed', { code: 'E_BECOME_PASSWORD', message: 'sudo wants a password' });
    const busy = hostResult('c', 'failed', { code: 'E_BUSY', message: 'busy' });
    const next = (...hosts: HostResult[]) => summary(hosts).find((line) => line.startsWith('    unbusy'));
    expect(next(plain)).toBe('    unbusy run p.yml -b');
    expect(next(asked)).toBe('    unbusy run p.yml -K');
    expect(next(plain, asked, busy)).toBe('    unbusy run p.yml -b -K');
    expect(next(busy)).toBe('    unbusy run p.yml');
    const resumed = (...hosts: HostResult[]) =>
      nextLines(runReport(hosts, { interrupted: true }), again, 'unbusy resume 7f3a1c')[1];
    expect(resumed(asked)).toBe('    unbusy resume 7f3a1c -K');
    expect(resumed(busy)).toBe('    unbusy resume 7f3a1c');
  });

  it('leaves out what stands above on the same screen, and nothing else', () => {
    const hosts = ['cd1', 'cd2'].map((name) =>
      hostResult(name, 'failed', { code: 'E_BUSY', message: 'busy', hint: 'Wait.' }),
    );
    const lines = (told?: (host: HostResult) => boolean) =>
      renderSummary(runReport(hosts), { style, columns: 80, again, ...(told === undefined ? {} : { told }) }).join(
        '\n',
      );
    expect(lines()).toContain('why 2 cd[1,2]: E_BUSY busy\n      → Wait.');
    expect(lines(() => true)).not.toMatch(/E_BUSY|Wait/);
    expect(lines(() => true)).toContain('failed           2  cd[1,2]');
    expect(lines(({ host }) => host === 'cd1')).toContain('why 1 cd2: E_BUSY busy');
  });

  it('prints nothing of a host raw', () => {
    const bad = hostResult('a', 'failed', { code: 'E_BUSY', message: 'held by \x1b[2Jevil\r' });
    const gap = { gaps: [{ what: '\x07pid', why: '\x1b]0;x' }] };
    const text = summary([bad, { ...hostResult('b', 'ok'), tasks: [taskResult('b', 'ok', gap)] }]).join('\n');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
    expect(text).toContain('\\x1b[2Jevil');
    expect(text).toContain('not seen: 1 on 1 host, for instance \\x07pid');
  });
});
