import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { refuseUnreadVars } from '../../../src/config/unread-vars.ts';
import type { Json } from '../../../src/core/json.ts';
import { MODULES } from '../../../src/modules/registry.ts';
import { thrownMistakes } from '../../support/mistakes.ts';

const SWEEP = `
- hosts: all
  vars: { containers: all, older_than: 10m, unread: 1 }
  tasks:
    - name: sweep
      when: vars.?site.orValue("") != "lab"
      dead_containers: { containers: "{{ containers }}", older_than: "{{ older_than }}" }
      register: swept
    - name: look
      assert: { that: [swept.changed || rounds > 1] }
`;
const load = (vars: { readonly [name: string]: Json } = {}) =>
  loadPlaybook('p.yml', SWEEP, MODULES, {
    knownNames: new Set([...Object.keys(vars), 'rounds', 'rack']),
    extraVars: vars,
  });
const refuse = (name: string) =>
  refuseUnreadVars({ vars: { [name]: 'x' }, origin: { [name]: '-e' } }, load(), new Set(['rack']));

describe('refuseUnreadVars', () => {
  it('refuses a slip of the fingers, and names what was meant', () => {
    const [mistake] = thrownMistakes(() => refuse('contaners'));
    expect(mistake).toMatchObject({ code: 'E_USAGE', hint: 'Did you mean "containers"?' });
  });

  it('says what can be set where nothing is near, and does not offer results of tasks', () => {
    const [mistake] = thrownMistakes(() => refuse('zzzzzzz'));
    expect(mistake?.hint).toContain('It reads: containers, older_than, rounds, site.');
    expect(thrownMistakes(() => refuse('swept'))).toHaveLength(1);
  });

  it.each(['containers', 'site', 'rounds', 'unread', 'rack'])('knows %s', (name) => {
    expect(() => refuse(name)).not.toThrow();
  });
});

describe('a value of -e that a module cannot take', () => {
  it('is a mistake when the playbook loads, at the place that reads it', () => {
    const [mistake] = thrownMistakes(() => load({ older_than: 'soon' }));
    expect(mistake).toMatchObject({ code: 'E_PLAYBOOK', place: { file: 'p.yml', line: 7 } });
    expect(mistake?.message).toContain('older_than');
    expect(() => load({ older_than: '5m' })).not.toThrow();
  });
});
