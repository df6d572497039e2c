import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/findings.ts';
import type { TaskStatus } from '../../../src/core/results.ts';
import { leftLines } from '../../../src/report/left-lines.ts';
import { createStyle } from '../../../src/report/style.ts';
import { change, hostResult, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: true });
const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  kind: 'leak',
  title: `timekeeper.service keeps ${id}`,
  cause: 'MountFlags=private',
  remedy: 'restart timekeeper.service',
  ...more,
});
const host = (name: string, status: TaskStatus, ...rounds: readonly (readonly Finding[])[]) => ({
  ...hostResult(name, status),
  tasks: rounds.map((findings) => taskResult(name, status, { findings })),
});
const lines = (...hosts: readonly ReturnType<typeof host>[]) => leftLines(hosts, style, 120);

describe('what was left as it is', () => {
  it('is told once for each cause, counted over hosts that ended well', () => {
    const found = lines(host('a', 'ok', [finding('1'), finding('2')]), host('b', 'changed', [finding('1')]));
    expect(found).toEqual([
      '  left as it is: 3 on 2 hosts, for instance timekeeper.service keeps 1 → restart timekeeper.service',
    ]);
  });

  it('is nothing where a later task of the module finds nothing any more, or where the host has told its trouble', () => {
    const found = host('a', 'changed', [finding('1')]);
    const again = (more: object) => ({ ...found, tasks: [...found.tasks, taskResult('a', 'changed', more)] });
    expect(lines(again({ changes: [change('changed')] }))).toEqual([]);
    expect(lines(again({ status: 'skipped' }))).toHaveLength(1);
    expect(lines(host('a', 'failed', [finding('1')]), host('b', 'would-change', [finding('1')]))).toEqual([]);
    expect(lines(host('a', 'changed', [], [finding('1')]))).toHaveLength(1);
  });

  it('names what a step left for a person to do, also on a host in trouble', () => {
    const step = change('changed', { leaves: ['start web: docker start web', 'start db: docker start db'] });
    const on = (name: string, status: TaskStatus) => ({
      ...hostResult(name, status),
      tasks: [taskResult(name, status, { changes: [step, change('changed', { id: 'c2' })] })],
    });
    expect(leftLines([on('a', 'changed'), on('b', 'failed')], style, 120)).toEqual([
      '  left to you: 4 on 2 hosts, for instance on a: start web: docker start web',
    ]);
  });

  it('leaves gaps and causes to those who tell them', () => {
    expect(lines(host('a', 'ok', [finding('1', { kind: 'gap' }), finding('2', { kind: 'cause' })]))).toEqual([]);
  });

  it('names two kinds, counts the others, and prints no control character', () => {
    const many = ['x', 'y', 'z'].map((cause) => finding(cause, { cause, title: `\u001b[31m${cause}` }));
    const found = lines(host('a', 'ok', many));
    expect(found).toHaveLength(3);
    expect(found[0]).toContain('\\x1b[31mx');
    expect(found[2]).toBe('  and 1 more kind of what was left: see --json');
  });
});
