import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/core/display-width.ts';
import type { Finding } from '../../../src/core/findings.ts';
import { renderFindings } from '../../../src/report/findings-table.ts';
import { createStyle } from '../../../src/report/style.ts';

const style = createStyle({ color: false, unicode: false });
const WIDE = Number.MAX_SAFE_INTEGER;

function leak(id: string, pid: number, extra: Partial<Finding> = {}): Finding {
  return {
    id,
    kind: 'leak',
    title: 'a mount',
    cause: 'private propagation',
    remedy: 'Unmount it in cadvisor.',
    containerId: id.repeat(64).slice(0, 64),
    holder: { kind: 'container', name: 'cadvisor', pid, namespace: 4026533029 },
    ...extra,
  };
}

describe('the table of findings', () => {
  it('folds what differs only in host, container and pid', () => {
    const findings = ['cd01', 'cd02', 'cd03'].map((host, index) => ({ host, finding: leak('a', index + 1) }));
    const lines = renderFindings(findings, style, WIDE).map((line) => line.trim().split(/ {2,}/));
    expect(lines).toEqual([
      ['HOST', 'CONTAINER', 'WHAT', 'HELD BY'],
      ['cd[01-03]', 'aaaaaaaaaaaa', 'leaked mount x3', 'container cadvisor pid 1 and 2 others'],
      ['why: private propagation'],
      ['-> Unmount it in cadvisor.'],
    ]);
  });

  it('keeps apart what has another cause, holder or remedy, and puts leaks first', () => {
    const rows = renderFindings(
      [
        { host: 'a', finding: leak('c', 1, { kind: 'not-a-leak', title: 'an immutable file' }) },
        { host: 'a', finding: leak('a', 1) },
        { host: 'a', finding: leak('a', 1, { cause: 'PrivateTmp' }) },
      ],
      style,
      WIDE,
    );
    expect(rows.filter((line) => !line.startsWith('  '))).toHaveLength(4);
    const order = ['why: private propagation', 'why: PrivateTmp', 'not a leak'];
    const found = order.map((text) => rows.findIndex((line) => line.includes(text)));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).not.toContain(-1);
  });

  it('tells the title of what is no leak, if it is one', () => {
    const finding = leak('c', 1, { kind: 'not-a-leak', title: 'x has an immutable file' });
    const two = leak('d', 1, { kind: 'not-a-leak', title: 'y has an immutable file' });
    const one = renderFindings([{ host: 'a', finding }], style, WIDE);
    expect(one[2]).toBe('  x has an immutable file');
    const both = renderFindings(
      [finding, two].map((each) => ({ host: 'a', finding: each })),
      style,
      WIDE,
    );
    expect(both.join('')).toContain('not a leak x2');
    expect(both.join('')).not.toContain('x has');
  });

  it.each([60, 80, 120])('fits %i columns', (columns) => {
    const findings = Array.from({ length: 30 }, (_, index) => ({
      host: `host-with-a-long-name-${index * 2}`,
      finding: leak(String(index % 10), index, {
        containerName: `name-${index}`,
        remedy: 'Do this and that. '.repeat(9),
      }),
    }));
    for (const line of renderFindings(findings, style, columns)) expect(displayWidth(line)).toBeLessThan(columns);
  });

  it('prints nothing of a host raw, and nothing at all for nothing', () => {
    const finding = leak('a', 1, { containerName: '\x1b[2J', cause: '\x07', remedy: '\r' });
    expect(renderFindings([{ host: 'a', finding }], style, WIDE).join('')).not.toMatch(/[\u0000-\u001f]/);
    expect(renderFindings([], style, WIDE)).toEqual([]);
  });
});
