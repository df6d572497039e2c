import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookCompiler } from '../../../src/cli/hook-compiler.ts';
import { thrownMistakes } from '../../support/mistakes.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const SWEEP = `- hosts: all
  vars: { never: [] }
  tasks:
    - name: sweep
      dead_containers: { never: "{{ never }}" }
`;

describe('the compiler of playbooks that a playbook names', () => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
    mkdirSync(join(sandbox.path, 'inner'));
    writeFileSync(join(sandbox.path, 'inner/sweep.yml'), SWEEP);
    writeFileSync(join(sandbox.path, 'block.yml'), '- hosts: all\n  tasks:\n    - name: b\n      block: []\n');
  });
  afterEach(() => sandbox.remove());
  const compile = () => hookCompiler(join(sandbox.path, 'outer.yml'));

  it('counts a relative path from the playbook that names it, and bakes the variables in', () => {
    const hook = compile()('inner/sweep.yml', { never: ['ceph*'] });
    expect(hook.playbook).toBe('sweep.yml');
    expect(hook.text).toContain("'never=ceph*'");
    expect(compile()(join(sandbox.path, 'inner/sweep.yml'), { never: ['ceph*'] })).toEqual(hook);
    expect(compile()('inner/sweep.yml', {}).text).not.toContain('ceph');
  });

  it('makes equal hooks once', () => {
    const each = compile();
    expect(each('inner/sweep.yml', {})).toBe(each('inner/sweep.yml', {}));
    expect(each('inner/sweep.yml', {})).not.toBe(each('inner/sweep.yml', { never: ['a'] }));
  });

  it('refuses what it cannot read, a variable that nothing reads, and what no hook can do', () => {
    expect(() => compile()('sweep.yml', {})).toThrow(/sweep\.yml cannot be read: there is no such file/);
    const [slip] = thrownMistakes(() => compile()('inner/sweep.yml', { nver: [] }));
    expect([slip?.message, slip?.hint]).toEqual([
      expect.stringMatching(/^vars: no task of .*sweep\.yml reads a variable "nver"$/),
      'Did you mean "never"?',
    ]);
    expect(thrownMistakes(() => compile()('block.yml', {})).length).toBeGreaterThan(0);
  });
});
