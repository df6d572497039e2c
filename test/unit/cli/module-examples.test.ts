import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hookCompiler } from '../../../src/cli/hook-compiler.ts';
import { MODULE_EXAMPLES } from '../../../src/cli/module-examples.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { MODULES } from '../../../src/modules/registry.ts';

/** Playbooks that an example names are the shipped ones. */
const compileHook = hookCompiler(resolve(import.meta.dirname, '../../../playbooks/p.yml'));

/** The example as the only task of a play, with the handler that it may name. */
function playbookOf(lines: readonly string[]): string {
  const task = ['- name: a task', ...lines.map((line) => `  ${line}`)].map((line) => `    ${line}`);
  const handlers = lines.some((line) => line.startsWith('notify:'))
    ? ['  handlers:', '    - { name: restart dockerd, docker_restart: {} }']
    : [];
  return ['- hosts: all', '  tasks:', ...task, ...handlers, ''].join('\n');
}

describe('the example of a module', () => {
  it.each(Object.entries(MODULE_EXAMPLES))('%s is a valid task of that module', (name, lines) => {
    const [play] = loadPlaybook('p.yml', playbookOf(lines), MODULES, { compileHook }).plays;
    expect(play?.tasks[0]?.module).toBe(name);
  });

  it('would not pass if it were not valid', () => {
    expect(() => loadPlaybook('p.yml', playbookOf(['command: {}']), MODULES)).toThrow(/argv/);
  });
});
