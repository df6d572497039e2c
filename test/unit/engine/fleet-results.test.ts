import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { z } from '../../../src/config/schema.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/json.ts';
import type { HostResult, TaskResult } from '../../../src/core/results.ts';
import type { RunInput } from '../../../src/engine/run.ts';
import { defineModule, type Module } from '../../../src/modules/module.ts';
import { lamps, runLamps } from '../../support/lamp-fleet.ts';

/** Says `what`, cannot look on the hosts of `blind`, and would change something if `wants` is given. */
const say = defineModule({
  name: 'say',
  summary: 'Says something.',
  params: z.strictObject({
    what: z.unknown(),
    blind: z.array(z.string()).default([]),
    wants: z.boolean().default(false),
  }),
  needsRoot: false,
  observe: async ({ host }, { what, blind, wants }) =>
    blind.includes(host)
      ? { kind: 'unknown', error: new UnbusyError('E_UNKNOWN', 'fog') }
      : { kind: 'known', state: { what: what as Json, wants }, gaps: [] },
  plan: ({ wants }, _params, tried) =>
    wants && !tried.has('c')
      ? [{ id: 'c', title: 'c', why: 'w', risk: 'file', certainty: 'certain', witness: {} }]
      : [],
  apply: async () => ({ kind: 'done' }),
  verify: () => ({ kind: 'as-wanted' }),
  result: ({ what }) => ({ what }),
}) as unknown as Module;

const MODULES = new Map([['say', say]]);

async function runYaml(text: string, input: Partial<RunInput> = {}) {
  const playbook = loadPlaybook('p.yml', text, MODULES, { knownNames: new Set(['target']) });
  const { report } = await runLamps({ fleet: lamps(['a', 'b', 'c']), input: { playbook, modules: MODULES, ...input } });
  return new Map(report.hosts.map(({ host, tasks, status }) => [host, { status, last: tasks.at(-1) }]));
}

const TWO_PLAYS = (first: string, expression: string) => `
- hosts: a,b
  tasks: [{ name: one, register: seen, say: ${first} }]
- hosts: c
  tasks: [{ name: two, say: { what: '{{ ${expression} }}' } }]
`;

describe('results', () => {
  it('holds what an earlier play registered on each of its hosts', async () => {
    const ended = await runYaml(TWO_PLAYS("{ what: '{{ host }}' }", 'results.seen.map(h, results.seen[h].what)'));
    expect(ended.get('c')?.last?.result.what).toEqual(['a', 'b']);
  });

  it('has only the status of a host whose result is not known, and what reads more is unknown', async () => {
    const first = '{ what: 1, blind: [a] }';
    const statuses = await runYaml(TWO_PLAYS(first, 'results.seen.map(h, results.seen[h].status)'));
    expect(statuses.get('c')?.last?.result.what).toEqual(['unknown', 'ok']);
    const more = await runYaml(TWO_PLAYS(first, 'results.seen["a"].what'));
    expect(more.get('c')?.status).toBe('unknown');
    const other = await runYaml(TWO_PLAYS(first, 'results.seen["b"].what'));
    expect(other.get('c')?.status).toBe('ok');
  });

  it('does not know in check mode what a change would give', async () => {
    const text = TWO_PLAYS('{ what: 1, wants: true }', 'results.seen["a"]');
    const looked = await runYaml(text, { mode: 'check' });
    expect(looked.get('c')?.last?.result.what).toEqual({ status: 'would-change' });
    const ran = await runYaml(text);
    expect(ran.get('c')?.last?.result.what).toMatchObject({ what: 1, changed: true });
  });

  it('is unknown where the play that registers it was left out', async () => {
    const ended = await runYaml(TWO_PLAYS('{ what: 1 }', 'size(results.seen) == 0'), { limit: 'c' });
    expect(ended.get('c')).toMatchObject({
      status: 'unknown',
      last: {
        error: {
          code: 'E_UNKNOWN',
          message: expect.stringMatching(/results.seen: the play that registers it was left out/),
        },
      },
    });
  });

  it('names a host that was not reached', async () => {
    const playbook = loadPlaybook('p.yml', TWO_PLAYS('{ what: 1 }', 'results.seen["a"].status'), MODULES);
    const fleet = lamps(['a', 'b', 'c'], { a: { trouble: 'down' } });
    const { report } = await runLamps({ fleet, input: { playbook, modules: MODULES } });
    expect(report.hosts.find(({ host }) => host === 'c')?.tasks[0]?.result.what).toBe('not-reached');
  });

  it('has what is recorded of a host that was done before the run was resumed, and without a record its status', async () => {
    const text = TWO_PLAYS("{ what: '{{ host }}' }", 'results.seen.map(h, results.seen[h])');
    const done = (result: object | undefined): HostResult => {
      const frame = { host: 'a', task: 'one', taskIndex: 0, module: 'say', status: 'ok', changes: [], refusals: [] };
      const task = { ...frame, findings: [], gaps: [], result, durationMs: 1 } as unknown as TaskResult;
      return { host: 'a', status: 'ok', tasks: [task], durationMs: 1 };
    };
    const resumed = async (result: object | undefined) => {
      const resumption = { results: new Map([['a', done(result)]]), plans: new Map() };
      const ended = await runYaml(text, { resumption });
      const [first] = (ended.get('c')?.last?.result.what ?? []) as readonly Json[];
      return first;
    };
    expect(await resumed({ what: 'earlier', status: 'ok' })).toMatchObject({ what: 'earlier' });
    expect(await resumed(undefined)).toEqual({ status: 'ok' });
  });

  it('holds the hosts of every play that registers a name, each with its latest', async () => {
    const ended = await runYaml(`
- hosts: a
  tasks: [{ name: one, register: seen, say: { what: first } }]
- hosts: a,b
  tasks: [{ name: two, register: seen, say: { what: second, blind: [b] } }]
- hosts: c
  tasks: [{ name: three, say: { what: '{{ results.seen.map(h, results.seen[h].status) }}' } }]
`);
    expect(ended.get('c')?.last?.result.what).toEqual(['ok', 'unknown']);
    const apart = await runYaml(`
- hosts: a
  tasks: [{ name: one, register: seen, say: { what: of-a } }]
- hosts: b
  tasks: [{ name: two, register: seen, say: { what: of-b } }]
- hosts: c
  tasks: [{ name: three, say: { what: '{{ results.seen.map(h, results.seen[h].what) }}' } }]
`);
    expect(apart.get('c')?.last?.result.what).toEqual(['of-a', 'of-b']);
  });

  it('does not tell of the play that is under way', () => {
    const text = `
- hosts: a
  tasks: [{ name: one, register: seen, say: { what: 1 } }, { name: two, say: { what: '{{ results.seen }}' } }]
`;
    expect(() => loadPlaybook('p.yml', text, MODULES)).toThrow(/"seen" is registered by this play/);
  });

  it('takes no name that no earlier play registers', () => {
    const text = TWO_PLAYS('{ what: 1 }', 'results.sen["a"]');
    expect(() => loadPlaybook('p.yml', text, MODULES)).toThrow(/no earlier play registers "sen"/);
    expect(() => loadPlaybook('p.yml', text.replace('sen[', 'seen['), MODULES)).not.toThrow();
  });

  it('is no variable', () => {
    const text = '- hosts: a\n  vars: { results: 1 }\n  tasks: [{ name: one, say: { what: 1 } }]\n';
    expect(() => loadPlaybook('p.yml', text, MODULES)).toThrow(/"results" has a meaning of its own/);
    expect(() => loadPlaybook('p.yml', text.replace('results', 'result5'), MODULES)).not.toThrow();
  });
});
