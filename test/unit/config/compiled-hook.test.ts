import { describe, expect, it } from 'vitest';
import { type CompileHook, hookSchema } from '../../../src/config/compiled-hook.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import type { ModuleFacts } from '../../../src/config/playbook-model.ts';
import { z } from '../../../src/config/schema.ts';
import { MistakesError, UnbusyError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/json.ts';
import { mistakesOf, thrownMistakes } from '../../support/mistakes.ts';

const install: ModuleFacts = {
  name: 'install',
  summary: 'Installs a hook.',
  needsRoot: true,
  compiles: { playbook: 'playbook', vars: 'vars' },
  params: z.strictObject({
    playbook: hookSchema().optional(),
    vars: z.record(z.string(), z.any()).default({}),
    path: z.string().default('/x'),
  }),
};
const MODULES = new Map([[install.name, install]]);

const place = { file: 'inner.yml', line: 7, column: 3, excerpt: '' };
const compileHook: CompileHook = (file, vars) => {
  if (file === 'gone.yml') throw new UnbusyError('E_USAGE', 'gone.yml cannot be read', { hint: 'Look.' });
  if (file === 'bad.yml')
    throw new MistakesError([
      new UnbusyError('E_PLAYBOOK', 'nope', { place }),
      new UnbusyError('E_PLAYBOOK', 'neither'),
    ]);
  if (file === 'bug.yml') throw new TypeError('ours');
  return { playbook: file, text: JSON.stringify(vars) };
};

const playbook = (params: string, vars = '{}') =>
  `- hosts: all\n  vars: ${vars}\n  tasks:\n    - name: t\n      install: ${params}\n`;

function render(params: string, names: Record<string, Json> = {}) {
  const [play] = loadPlaybook('p.yml', playbook(params), MODULES, { compileHook }).plays;
  return play?.tasks[0]?.params.render(new Map(Object.entries(names)));
}

describe('a parameter that names a playbook', () => {
  it('becomes the hook, made with the variables beside it', () => {
    expect(render('{playbook: a.yml, vars: {n: 1}}')).toEqual({
      kind: 'known',
      params: { playbook: { playbook: 'a.yml', text: '{"n":1}' }, vars: { n: 1 }, path: '/x' },
    });
    expect(render('{playbook: a.yml, vars: {n: "{{ host_n }}"}}', { host_n: 2 })).toMatchObject({
      params: { playbook: { text: '{"n":2}' } },
    });
    expect(render('{path: /y}')).toMatchObject({ params: { path: '/y' } });
  });

  it('is a mistake at its place if the playbook cannot be compiled, found when the outer one is read', () => {
    const load = (text: string, with_ = true) => loadPlaybook('p.yml', text, MODULES, with_ ? { compileHook } : {});
    const mistakes = (text: string, with_ = true) => mistakesOf(() => load(text, with_));
    expect(mistakes(playbook('{playbook: gone.yml}'))).toEqual([
      '5:27 playbook: gone.yml cannot be compiled: gone.yml cannot be read',
    ]);
    expect(thrownMistakes(() => load(playbook('{playbook: gone.yml}')))[0]?.hint).toBe('Look.');
    expect(mistakes(playbook('{playbook: bad.yml}'))).toEqual([
      '5:27 playbook: bad.yml cannot be compiled: inner.yml:7: nope (and 1 more)',
    ]);
    expect(mistakes(playbook('{playbook: ""}'))).toHaveLength(1);
    expect(() => load(playbook('{playbook: a.yml}'))).not.toThrow();
    expect(mistakes(playbook('{playbook: a.yml}'), false)).toHaveLength(1);
  });

  it('is invalid on a host where only then it is known, and a mistake of ours is thrown', () => {
    expect(render('{playbook: "{{ p }}"}', { p: 'gone.yml' })).toEqual({
      kind: 'invalid',
      why: 'playbook: gone.yml cannot be compiled: gone.yml cannot be read. Look.',
    });
    expect(() => render('{playbook: "{{ p }}"}', { p: 'bug.yml' })).toThrow(TypeError);
  });
});
