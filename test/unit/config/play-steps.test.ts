import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { isBlock, type Play, type Step } from '../../../src/config/playbook-model.ts';
import { hintsOf, mistakesOf } from '../../support/mistakes.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

const load = (text: string, ...known: string[]) =>
  loadPlaybook('p.yml', text, MODULE_FACTS, { knownNames: new Set(known) });
/** The lines of one play below `hosts`. */
const play = (...lines: string[]) => `- hosts: all\n${lines.map((line) => `  ${line}\n`).join('')}`;
const tasks = (...lines: string[]) => play('tasks:', ...lines.map((line) => `  ${line}`));
const first = (text: string, ...known: string[]): Play => {
  const [one] = load(text, ...known).plays;
  if (one === undefined) throw new Error('no play');
  return one;
};
/** Names of tasks, nested as the steps are. */
const shape = (steps: readonly Step[] = []): unknown[] =>
  steps.map((step) => (isBlock(step) ? [shape(step.tasks), shape(step.rescue), shape(step.always)] : step.name));

const NESTED = tasks(
  '- {name: a, ping: , register: ra}',
  '- name: outer',
  '  when: ra.changed',
  '  become: true',
  '  tags: [t1]',
  '  always:',
  '    - {name: last, ping: , tags: t2}',
  '  rescue:',
  '    - {name: mend, when: failed_result.error.code != failed_task.name, ping: }',
  '    - block:',
  '        - {name: deep, ping: , become: false}',
  '  block:',
  '    - {name: try, ping: , when: "true"}',
  '- {name: z, ping: }',
);

describe('blocks', () => {
  it('hang together as written, and are numbered as they run', () => {
    const { steps, tasks: all } = first(NESTED);
    expect(shape(steps)).toEqual(['a', [['try'], ['mend', [['deep'], [], []]], ['last']], 'z']);
    expect(all.map(({ index, name, standby }) => [index, name, standby])).toEqual([
      [0, 'a', undefined],
      [1, 'try', undefined],
      [2, 'mend', 'rescue'],
      [3, 'deep', 'rescue'],
      [4, 'last', undefined],
      [5, 'z', undefined],
    ]);
  });

  it('hand their condition, rights and tags to every task in them, and to no other', () => {
    const all = first(NESTED).tasks.map(({ name, when, become, tags }) => [
      name,
      when.map(({ text }) => text),
      become,
      tags,
    ]);
    expect(all).toEqual([
      ['a', [], undefined, []],
      ['try', ['ra.changed', 'true'], true, ['t1']],
      ['mend', ['ra.changed', 'failed_result.error.code != failed_task.name'], true, ['t1']],
      ['deep', ['ra.changed'], false, ['t1']],
      ['last', ['ra.changed'], true, ['t1', 't2']],
      ['z', [], undefined, []],
    ]);
  });

  it.each([
    [['- block: []'], '3:7 "block" must be a list of tasks, found an empty list'],
    [['- rescue: [{name: a, ping: }]'], '3:7 a block needs "block"'],
    [['- block: [{name: a, ping: }]', '  ping:'], '4:7 "ping" is a module, and a block has none'],
    [['- block: [{name: a, ping: }]', '  register: r'], '4:7 a block has no "register"'],
    [['- block: [{name: a, ping: }]', '  name: 5'], '4:13 "name" must be text, found the number 5'],
    [['- block: [{name: a, pong: }]'], '3:25 there is no module or key "pong"'],
    [['- block: [{name: a, ping: , when: failed_task.name == ""}]'], '3:39 "failed_task" exists only under "rescue"'],
    [
      ['- {block: [{name: a, ping: }], always: [{name: b, ping: , when: failed_result.x}]}'],
      '3:69 "failed_result" exists only under "rescue"',
    ],
    [['- {name: a, ping: , register: item}'], '3:35 "item" has a meaning of its own in expressions'],
  ])('refuse %j', (lines, mistake) => {
    expect(mistakesOf(() => load(tasks(...lines)))).toEqual([mistake]);
  });

  it('stand four deep, and no deeper', () => {
    const deep = (levels: number) => tasks(`- ${'{block: ['.repeat(levels)}{name: a, ping: }${']}'.repeat(levels)}`);
    expect(first(deep(4)).tasks).toHaveLength(1);
    expect(mistakesOf(() => load(deep(5)))).toEqual(['3:43 blocks may stand 4 deep']);
  });

  it('see in order what was registered in them', () => {
    const late = tasks(
      '- {block: [{name: a, ping: , when: r.changed}], rescue: [{name: b, ping: , register: r}]}',
      '- {name: c, ping: , when: r.changed}',
    );
    expect(mistakesOf(() => load(late))).toEqual(['3:40 "r" is used before a task registers it']);
  });
});

describe('handlers', () => {
  const notify = (names: string, ...handlers: string[]) =>
    play('tasks:', `  - {name: a, ping: , notify: ${names}}`, 'handlers:', ...handlers.map((line) => `  - ${line}`));

  it('come after the tasks, in their own order, and see what those registered', () => {
    const one = first(
      play(
        'handlers:',
        '  - {name: h1, ping: , when: r.changed, timeout: 5s, tags: x}',
        '  - {name: h2, ping: , loop: [1]}',
        'tasks:',
        '  - {name: a, ping: , register: r, notify: [h2, h1, h2]}',
      ),
    );
    expect(one.tasks.map(({ index, name, standby }) => [index, name, standby])).toEqual([
      [0, 'a', undefined],
      [1, 'h1', 'handler'],
      [2, 'h2', 'handler'],
    ]);
    expect(one.tasks[0]?.notify).toEqual(['h2', 'h1']);
    expect(one.handlers?.map(({ name, deadlineMs }) => [name, deadlineMs])).toEqual([
      ['h1', 5000],
      ['h2', undefined],
    ]);
  });

  it('keep the numbers of later plays apart', () => {
    const { plays } = load(`${notify('h', '{name: h, ping: }')}${tasks('- {name: b, ping: }')}`);
    expect(plays.flatMap((each) => each.tasks.map(({ index }) => index))).toEqual([0, 1, 2]);
  });

  it.each([
    [
      notify('restrat', '{name: restart, ping: }'),
      ['3:33 there is no handler "restrat" in this play'],
      'Did you mean "restart"?',
    ],
    [notify('[h, hh]', '{name: h, ping: }'), ['3:37 there is no handler "hh" in this play'], 'Did you mean "h"?'],
    [
      tasks('- {name: a, ping: , notify: h}'),
      ['3:33 there is no handler "h" in this play'],
      'Add it under `handlers:` of the play.',
    ],
    [
      notify('h', '{name: h, ping: }', '{name: other, ping: }'),
      ['6:14 no task notifies the handler "other"'],
      'Known here: h.',
    ],
    [
      notify('h', '{name: h, ping: }', '{name: h, ping: }'),
      ['6:14 another handler has the name "h"'],
      'Choose another name.',
    ],
    [
      notify('h', '{name: h, ping: , notify: h}'),
      ['5:25 a handler has no "notify"'],
      'Name both handlers in the `notify` of the task.',
    ],
    [
      notify('h', '{name: h, block: [{name: b, ping: }]}'),
      ['5:7 a handler is one task, and no block'],
      'Make several handlers of it.',
    ],
    [
      play('tasks: [{name: a, ping: }]', 'handlers: []'),
      ['3:3 "handlers" must be a list of tasks, found an empty list'],
      '',
    ],
  ])('refuse %j', (text, mistakes, hint) => {
    expect(mistakesOf(() => load(text))).toEqual(mistakes);
    expect(hintsOf(() => load(text))[0]).toBe(hint);
  });

  it('may be notified from within a block', () => {
    const text = play(
      'tasks: [{block: [{name: a, ping: }], rescue: [{name: b, ping: , notify: h}]}]',
      'handlers: [{name: h, ping: }]',
    );
    expect(() => load(text)).not.toThrow();
  });
});

describe('loops', () => {
  const loop = (list: string, rest = 'ping: ') => tasks(`- {name: a, loop: ${list}, ${rest}}`);
  const items = (text: string, scope: Record<string, never> | Record<string, unknown> = {}, ...known: string[]) =>
    first(text, ...known).tasks[0]?.loop?.items(new Map(Object.entries(scope)) as never);

  it('have a list, or an expression that gives one', () => {
    expect(items(loop('[1, {a: b}]'))).toEqual({ kind: 'known', items: [1, { a: 'b' }] });
    expect(items(loop('"{{ names }}"'), { names: ['x'] }, 'names')).toEqual({ kind: 'known', items: ['x'] });
    expect(items(loop('["{{ one }}", b]'), { one: 'a' }, 'one')).toEqual({ kind: 'known', items: ['a', 'b'] });
    expect(items(loop('"{{ names }}"'), { names: 'x' }, 'names')).toEqual({
      kind: 'invalid',
      why: '"loop" must be a list, and it is the text "x"',
    });
    expect(items(loop('"{{ names }}"'), { names: undefined }, 'names')).toMatchObject({ kind: 'unknown' });
  });

  it('give their entry a name, which nothing else has outside of them', () => {
    const named = first(loop('[1]', 'loop_var: unit, ping: , when: unit == 1'));
    expect(named.tasks[0]?.loop?.variable).toBe('unit');
    expect(load(loop('[1]', 'ping: , when: item == 1')).reads).toEqual(new Set());
    expect(load(loop('[1]', 'loop_var: unit, ping: , when: unit == 1')).reads).toEqual(new Set());
  });

  it.each([
    [tasks('- {name: a, ping: , when: item == 1}'), '3:31 "item" exists only in a task with "loop"'],
    [tasks('- {name: a, loop: "{{ [item] }}", ping: }'), '3:28 "item" exists only in a task with "loop"'],
    [loop('[1]', 'loop_var: unit, ping: , when: item == 1'), '3:58 "item" exists only in a task with "loop"'],
    [loop('[1]', 'ping: , when: itm == 1'), '3:42 there is no "itm": no variable, no fact, no registered result'],
    [loop('5'), '3:23 "loop" must be a list, found the number 5'],
    [loop('"a {{ b }}"'), '3:23 "loop" must be a list, and text around {{ }} makes it text'],
    [loop('"{{ size(b) }}"'), '3:23 "loop" must be a list, and this is of the type int'],
    [loop('"{{ nope }}"'), '3:27 there is no "nope": no variable, no fact, no registered result'],
    [loop('[1]', 'loop_var: host, ping: '), '3:38 "host" has a meaning of its own in expressions'],
    [loop('[1]', 'loop_var: b, ping: '), '3:38 "b" has a value already, which the entry would hide'],
    [tasks('- {name: a, loop_var: u, ping: }'), '3:17 "loop_var" names the entry of a loop, and there is no "loop"'],
    [
      loop('[present, presnt]', 'file_content: {path: /x, state: "{{ item }}"}'),
      '3:74 for the entry "presnt", "state" must be "present" or "absent", found the text "presnt"',
    ],
  ])('refuse %j', (text, mistake) => {
    expect(mistakesOf(() => load(text, 'b'))).toEqual([mistake]);
  });
});
