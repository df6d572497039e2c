import { describe, expect, it } from 'vitest';
import { assertModule } from '../../src/modules/assert/index.ts';
import { commandModule } from '../../src/modules/command/index.ts';
import { fileContentModule } from '../../src/modules/file-content/index.ts';
import { fileStateModule } from '../../src/modules/file-state/index.ts';
import type { Module } from '../../src/modules/module.ts';
import { shellKinds } from '../support/shells.ts';
import { BEDS } from './module-beds.ts';
import { tryModule } from './module-kit.ts';

const MODULES = new Map(
  [assertModule, commandModule, fileContentModule, fileStateModule].map((m) => [m.name, m as unknown as Module]),
);

describe('the module kit', () => {
  it('has a bed for every registered module', () => {
    expect([...MODULES.keys()].filter((name) => BEDS[name] === undefined)).toEqual([]);
  });

  it.each([...MODULES.values()])('finds $name documented: its summary, and each of its parameters', (module) => {
    expect(module.summary).toMatch(/^[A-Z].*\.$/s);
    const shape = (module.params as unknown as { shape: Record<string, { description?: string }> }).shape;
    const silent = Object.entries(shape).filter(([, field]) => !field.description);
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

for (const [name, module] of MODULES) {
  for (const bed of BEDS[name] ?? []) for (const shell of shellKinds()) tryModule(module, bed, shell);
}
