import { describe, expect, it } from 'vitest';
import type { InventoryHost } from '../../../src/config/inventory-model.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import type { Scope } from '../../../src/config/playbook-model.ts';
import type { Risk } from '../../../src/core/results.ts';
import { dangersOf, refuseUnasked } from '../../../src/engine/dangers.ts';
import type { Module } from '../../../src/modules/module.ts';
import { MODULES } from '../../../src/modules/registry.ts';
import { block, playOf, shelfTask } from '../../support/play-bench.ts';
import { newShelf, type ShelfParams, shelfModule } from '../../support/shelf.ts';

const HOST: InventoryHost = {
  name: 'h1',
  groups: [],
  target: { name: 'h1', identityFiles: [], transport: 'auto' },
  vars: {},
  origin: {},
};

/** To remove `dockerd` restarts it; nothing else is dangerous. */
const module = {
  ...shelfModule(newShelf()),
  dangers: ({ remove }: ShelfParams): readonly Risk[] => (remove.includes('dockerd') ? ['restart-docker'] : []),
} as unknown as Module;

const dangers = (...[steps, handlers]: Parameters<typeof playOf>) => {
  const play = playOf(steps, handlers);
  const found = dangersOf(play, play.tasks, [HOST], new Map([['shelf', module]]), {});
  return found.map(({ task, risks, maybe }) => [task, [...risks], maybe]);
};

describe('what a play may come to restart', () => {
  const item = (scope: Scope) => [String(scope.get('item'))];

  it('counts a handler as if it were notified', () => {
    expect(dangers([shelfTask('a')], [shelfTask('restart', { remove: ['dockerd'] })])).toEqual([
      ['restart', ['restart-docker'], false],
    ]);
  });

  it('is refused where nobody can be asked, with every task that may do it', () => {
    const play = playOf([]);
    const risk = (task: string, risks: readonly Risk[]) => ({ task, module: 'm', risks, hosts: ['h1'], maybe: false });
    expect(() => refuseUnasked(play, [risk('a', ['restart-docker']), risk('b', ['restart-holder'])])).toThrow(
      /may restart dockerd and restart what holds the mounts on 1 host \(tasks "a", "b"\), and nobody can be asked/,
    );
    expect(() => refuseUnasked(play, [{ ...risk('a', []), maybe: true }])).not.toThrow();
  });

  it('says that containers go, where a play takes them away', () => {
    const text =
      '- { hosts: all, tasks: [{ name: gone, product_containers: { compose_project: shop, state: absent } }] }';
    const asked = (more: string) => {
      const [play] = loadPlaybook('p.yml', text.replace('absent', more), MODULES).plays;
      if (play === undefined) throw new Error('no play');
      refuseUnasked(play, dangersOf(play, play.tasks, [HOST], MODULES, {}));
    };
    expect(() => asked('absent')).toThrow('may stop and remove containers on 1 host');
    expect(() => asked('released')).not.toThrow();
  });

  it('counts every entry of a loop', () => {
    expect(dangers([shelfTask('t', { remove: item, loop: ['ntp', 'dockerd'] })])).toEqual([
      ['t', ['restart-docker'], false],
    ]);
    expect(dangers([shelfTask('t', { remove: item, loop: ['ntp'] })])).toEqual([]);
    expect(dangers([shelfTask('t', { remove: item, loop: [] })])).toEqual([]);
  });

  it('can tell by the parameters that decide, although others are not known yet', () => {
    const sweep = (release: string) => `
- hosts: all
  vars: { ways: [rmdir] }
  tasks:
    - { name: look, register: seen, command: { argv: [ls], changed_when: false } }
    - { name: sweep, dead_containers: { containers: '{{ seen.stdout }}', release: ${release} } }
`;
    const found = (release: string) => {
      const [play] = loadPlaybook('p.yml', sweep(release), MODULES).plays;
      if (play === undefined) throw new Error('no play');
      return dangersOf(play, play.tasks, [HOST], MODULES, {}).map(({ task, risks, maybe }) => [
        task,
        [...risks],
        maybe,
      ]);
    };
    expect(found("'{{ ways }}'")).toEqual([]);
    expect(found('[unmount, restart_holder]')).toEqual([['sweep', ['restart-holder'], false]]);
    expect(found("'{{ seen.stdout }}'")).toEqual([['sweep', [], true]]);
  });

  it('counts a rescue that makes something of its failure as one that may do anything', () => {
    const open = shelfTask('mend');
    const params = { names: new Set<string>(), render: () => ({ kind: 'invalid', why: 'failed_task' }) as const };
    expect(dangers([block([shelfTask('a')], [{ ...open, params }])])).toEqual([['mend', [], true]]);
    expect(dangers([{ ...open, params }])).toEqual([]);
  });
});
