import { describe, expect, it } from 'vitest';
import { inputJsonSchema } from '../../src/config/known-keys.ts';
import { openLocalLink } from '../../src/connection/local.ts';
import { openShellSession } from '../../src/connection/shell-session.ts';
import { MODULES } from '../../src/modules/registry.ts';
import { CAN_UNSHARE } from '../support/can-unshare.ts';
import { ShellHost } from '../support/shell-host.ts';
import { shellKinds } from '../support/shells.ts';
import { BEDS } from './module-beds.ts';
import { type KitHost, tryModule } from './module-kit.ts';

const HOSTS: readonly KitHost[] = [
  {
    name: 'the real session',
    open: async () => {
      const opened = await openShellSession(openLocalLink('testhost'));
      if (!opened.ok) throw opened.error;
      return opened.session;
    },
  },
  ...shellKinds().map((kind) => ({ name: kind.name, open: async () => new ShellHost(kind) })),
];

describe('the module kit', () => {
  it('has a bed for every registered module', () => {
    expect([...MODULES.keys()].filter((name) => BEDS[name] === undefined)).toEqual([]);
  });

  it.each([...MODULES.values()])('finds $name documented: its summary, and each of its parameters', (module) => {
    expect(module.summary).toMatch(/^[A-Z].*\.$/s);
    const { properties = {} } = inputJsonSchema(module.params) as {
      properties?: Record<string, { description?: string }>;
    };
    expect(Object.keys(properties)).not.toEqual([]);
    const silent = Object.entries(properties).filter(([, field]) => !field.description);
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

for (const [name, module] of MODULES) {
  for (const bed of BEDS[name] ?? []) {
    // A bed with a host of its own comes with the session to it.
    const hosts = bed.open === undefined ? HOSTS : HOSTS.slice(0, 1);
    const possible = bed.open === undefined || CAN_UNSHARE;
    describe.runIf(possible)(possible ? name : `${name} (left out: unshare(1) is not allowed here)`, () => {
      for (const host of hosts) tryModule(module, bed, host);
    });
  }
}
