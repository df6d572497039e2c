import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hookTasks } from '../../../../src/compile/hook-tasks.ts';
import { loadPlaybook } from '../../../../src/config/playbook.ts';
import type { JsonObject } from '../../../../src/core/json.ts';
import { MODULES } from '../../../../src/modules/registry.ts';

const argsOf = (name: string, vars: JsonObject): readonly string[] => {
  const text = readFileSync(`playbooks/${name}`, 'utf8');
  const known = { knownNames: new Set(Object.keys(vars)), extraVars: vars };
  return hookTasks(loadPlaybook(name, text, MODULES, known), vars, MODULES).flatMap(({ part }) => part.args);
};

describe('pre-uninstall.yml as a hook', () => {
  it('bakes in what the product is', () => {
    const args = argsOf('pre-uninstall.yml', {
      names: ['shop-*'],
      labels: ['a=b'],
      compose_project: 'shop',
      monitors: ['cad*'],
    });
    expect(args).toEqual([
      ...['30', '10', 'name=shop-*', 'label=a=b', 'label=com.docker.compose.project=shop', 'project=shop'],
      ...['monitor-name=cad*', 'monitor-image=cad*', 'own-monitors', 'live', 'absent'],
    ]);
    expect(argsOf('pre-uninstall.yml', { names: ['shop-*'], state: 'released' })).not.toContain('absent');
  });

  it('is not made where nothing says what the product is, and the line is told', () => {
    expect(() => argsOf('pre-uninstall.yml', {})).toThrow(
      expect.objectContaining({
        mistakes: [
          expect.objectContaining({
            message: expect.stringContaining('nothing says which containers are of the product'),
            place: expect.objectContaining({ text: expect.stringContaining('release, stop and remove') }),
          }),
        ],
      }),
    );
  });

  it('a playbook with a block is refused with its line', () => {
    expect(() => argsOf('monitors-uninstall.yml', { product: ['shop-web'] })).toThrow(/a block cannot be compiled/);
  });
});
