import { describe, expect, it } from 'vitest';
import { hookTasks } from '../../../src/compile/hook-tasks.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { MistakesError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { MODULES } from '../../../src/modules/registry.ts';

const HEAD = '- name: p\n  hosts: all\n  vars:\n    names: [app, db]\n    on: true\n  tasks:\n';

function tasksOf(tasks: string, vars: JsonObject = {}) {
  const known = { knownNames: new Set(Object.keys(vars)), extraVars: vars };
  const named = tasks.replaceAll(/^( *)- (?=dead_containers|file_state)/gm, '$1- name: t\n$1  ');
  return hookTasks(loadPlaybook('p.yml', HEAD + named, MODULES, known), vars, MODULES);
}

/** Every mistake as `line: message`. */
function mistakesOf(tasks: string, vars: JsonObject = {}): readonly string[] {
  try {
    tasksOf(tasks, vars);
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes.map(({ place, message }) => `${place?.line}: ${message}`);
    throw error;
  }
}

describe('the tasks of a hook', () => {
  it('hold their parameters, with the vars of the play and -e', () => {
    const text =
      '    - name: sweep\n      dead_containers: { containers: "{{ names }}", never: ["it\'s *"], older_than: 10m }\n';
    const [task] = tasksOf(text);
    expect(task).toMatchObject({ name: 'sweep', place: 'p.yml:7' });
    expect(task?.part.args).toEqual([
      ...['10', 'container=app', 'container=db', 'older=600', 'rung=rmdir', 'rung=unmount', "never=it's *", 'remove'],
    ]);
    expect(tasksOf(text, { names: [] })[0]?.part.args).toContain('nobody');
  });

  it('go through a loop, and leave out what is false already', () => {
    const loop = '    - dead_containers: { containers: ["{{ item }}"] }\n      loop: "{{ names }}"\n      when: on\n';
    expect(tasksOf(loop).map(({ part }) => part.args[1])).toEqual(['container=app', 'container=db']);
    expect(tasksOf(loop, { on: false })).toEqual([]);
  });

  it.each([
    [
      'a module without a hook',
      '    - file_state: { path: /x, state: file }\n',
      /^7: file_state cannot be compiled into a hook/,
    ],
    [
      'a fact',
      '    - dead_containers: {}\n      when: facts.kernel == "3.10"\n',
      /^7: when: facts.kernel == "3.10" cannot be known before the hook runs/,
    ],
    ['a host name', '    - dead_containers: { containers: ["{{ host }}"] }\n', /^7: dead_containers cannot be known/],
    [
      'a result',
      '    - dead_containers: {}\n      register: swept\n    - dead_containers: {}\n      when: swept.dead_count > 0\n',
      /^10: when: swept.dead_count > 0 cannot be known/,
    ],
    ['a restart', '    - dead_containers: { release: [unmount, restart_holder] }\n', /^7: .*a hook restarts nothing/],
    ['orphans', '    - dead_containers: { orphans: true }\n', /^7: .*a hook reports no orphans/],
    [
      'a block',
      '    - name: b\n      block:\n        - dead_containers: {}\n      always:\n        - dead_containers: {}\n',
      /^7: a block cannot be compiled/,
    ],
  ])('refuse %s, with its line', (_what, text, message) => {
    expect(mistakesOf(text)).toEqual([expect.stringMatching(message)]);
  });

  it('tell all mistakes at once', () => {
    const text = '    - file_state: { path: /x, state: file }\n    - dead_containers: { orphans: true }\n';
    expect(mistakesOf(text).map((each) => each.slice(0, 2))).toEqual(['7:', '9:']);
    expect(mistakesOf('    - dead_containers: {}\n')).toEqual([]);
  });
});
