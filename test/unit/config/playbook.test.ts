import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadPlaybook, type PlaybookOptions } from '../../../src/config/playbook.ts';
import { hintsOf, mistakesOf, thrownMistakes } from '../../support/mistakes.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

const load = (text: string, options?: PlaybookOptions) => loadPlaybook('p.yml', text, MODULE_FACTS, options);
const known = (...names: string[]) => ({ knownNames: new Set(names) });
/** A play whose only task has these lines. */
const task = (...lines: string[]) =>
  `- hosts: all\n  tasks:\n    - name: t\n${lines.map((line) => `      ${line}\n`).join('')}`;

describe('loadPlaybook', () => {
  it('reads a playbook', () => {
    const { file, plays } = load(
      [
        '- name: release',
        '  hosts: [web, "!db"]',
        '  vars: {limit: 3}',
        '  become: true',
        '  tags: a,b',
        '  tasks:',
        '    - name: look',
        '      command: {shell: ls, changed_when: false}',
        '      register: out',
        '      timeout: 5m',
        '    - name: write',
        '      file_content: {path: /x}',
        '      when: [out.stdout != "", limit > 2]',
        '      become: false',
        '      tags: [c]',
        '- hosts: all',
        '  tasks:',
        '    - {name: again, ping: , when: out.changed}',
      ].join('\n'),
    );
    expect(file).toBe('p.yml');
    expect(plays.map(({ name, hosts, tags, become, vars }) => ({ name, hosts, tags, become, vars }))).toEqual([
      { name: 'release', hosts: 'web,!db', tags: ['a', 'b'], become: true, vars: { limit: 3 } },
      { name: 'all', hosts: 'all', tags: [], become: undefined, vars: {} },
    ]);
    const tasks = plays.flatMap((play) => play.tasks);
    expect(tasks.map(({ index, name, module }) => [index, name, module])).toEqual([
      [0, 'look', 'command'],
      [1, 'write', 'file_content'],
      [2, 'again', 'ping'],
    ]);
    expect(tasks[0]).toMatchObject({ register: 'out', deadlineMs: 300_000, place: { line: 7, column: 7 } });
    expect(tasks[1]?.when.map(({ text, names }) => [text, [...names]])).toEqual([
      ['out.stdout != ""', ['out']],
      ['limit > 2', ['limit']],
    ]);
    expect(tasks[1]).toMatchObject({ become: false, tags: ['c'] });
  });

  it('tells all mistakes at once, each at its place', () => {
    const text = readFileSync('test/fixtures/config/many-mistakes.yml', 'utf8');
    expect(mistakesOf(() => load(text, known('b')))).toEqual([
      '4:3 a play has no "serial"',
      '5:3 a play has no "taks"',
      '6:19 vars are plain values: {{ }} in "t" would not be evaluated',
      '6:30 "host" has a meaning of its own and cannot be a variable',
      '9:7 file_content needs "path"',
      '10:9 file_content has no "pth"',
      '11:15 "mode" must be text, found the number 644',
      '12:16 "state" must be "present" or "absent", found the text "presnt"',
      '13:16 "count" must be a number, found the text "5"',
      '14:16 "words" must be a list, found the text "abc"',
      '15:9 file_content needs "nested.k"',
      '15:18 "nested" of file_content has no "q"',
      '16:15 "keep" must be true or false, found the text "yes"',
      '17:7 a task has no "wen"',
      '19:7 there is no module or key "comand"',
      '23:20 there is no "nope": no variable, no fact, no registered result',
      '24:23 there is no "reslt": no variable, no fact, no registered result',
      '25:19 there is no fact "kernle"',
      '25:36 "out" is used before a task registers it',
      '26:16 "timeout" is the text "soon", which is no duration above 0',
      '28:7 command needs exactly one of `argv` and `shell`',
      '30:7 a task has no "ignore_errors"',
      '32:7 command must be a mapping, found the text "ls"',
      '33:7 a task needs "name"',
      '33:37 the expression is not valid: unexpected character: |',
      '34:7 a task has one module, and this one has "command" already',
      '35:7 the task has no module',
      '36:13 a condition is an expression already',
      '39:17 "facts" has a meaning of its own in expressions',
      '40:14 a condition must be true or false, and this is a number',
      '40:21 a condition is an expression, true or false; found the text ""',
      '41:15 "become" must be true or false, found the text "yes"',
      '42:13 "tags" must be text or a list, found a mapping',
      '43:7 a task is a mapping, found the text "not a task"',
      '44:10 the [ of "web[" is never closed',
      '45:3 "tasks" must be a list of tasks, found an empty list',
      '46:3 a play is a mapping, found the number 5',
    ]);
  });

  it('gives each mistake the line as it stands in the file, and the code', () => {
    const [mistake] = thrownMistakes(() => load(task('wen: x', 'ping:')));
    expect(mistake).toMatchObject({
      code: 'E_PLAYBOOK',
      place: { file: 'p.yml', line: 4, column: 7, text: '      wen: x' },
    });
  });

  it.each([
    [task('file_content: {path: /x, mode: 0644}'), "Quote it: '0644'. YAML 1.2 reads 0644 as the number 644."],
    [task('file_content: {path: /x, keep: yes}'), 'Write true: in YAML 1.2 yes is text.'],
    [task('file_content: {path: /x, state: presnt}'), 'Did you mean "present"?'],
    [task('file_content: {path: /x, contnt: y}'), 'Did you mean "content"?'],
    [task('comand: {shell: ls}'), 'Did you mean "command"?'],
    [task('ping:', 'with_items: [1]'), 'Use `loop` with a list.'],
    [task('ping:', 'run_once: true'), 'It is not part of the language of this version.'],
    [task('shell: ls'), 'Use `command: { shell: ... }`.'],
    [task('ansible.builtin.copy: {}'), 'Use `file_content`.'],
    [task('ansible.builtin.ping: {}'), 'Modules have short names here: ping.'],
    [
      task('ping:', 'changed_when: false'),
      'It is a parameter of the module `command`; the other modules know by themselves.',
    ],
    ['- hosts: all\n  roles: [x]\n  tasks: [{name: a, ping: }]', 'There are no roles: write the tasks here.'],
    ['- hosts: all\n  ping:\n  tasks: [{name: a, ping: }]', 'Put it under `tasks:`.'],
    ['hosts: all\n', 'Begin with `- name: …`, `hosts:` and `tasks:`.'],
  ])('says what to do about %j', (text, hint) => {
    expect(hintsOf(() => load(text))).toEqual([hint]);
  });

  it.each([
    ['', '1:1 a playbook is a list of plays, found an empty file'],
    ['[]', '1:1 a playbook is a list of plays, found a list'],
    ['- hosts: all', '1:3 a play needs "tasks"'],
    ['- tasks: [{name: a, ping: }]', '1:3 a play needs "hosts"'],
    ['- hosts: "~x"\n  tasks: [{name: a, ping: }]', '1:10 regular expressions (~) are not part of host patterns'],
    ['- hosts: "{{ x }}"\n  tasks: [{name: a, ping: }]', '1:10 a host pattern cannot hold {{ }}'],
    [task('ping: {x: 1}'), '4:14 ping has no "x"'],
    [task('ping:', 'register: 1x'), '5:17 "1x" cannot be a name'],
    [
      '- hosts: all\n  tasks: [{name: "{{ x }}", ping: }]',
      '2:18 the name of a task is shown as it stands; {{ }} in it is not evaluated',
    ],
    [task('ping:', 'timeout: 0'), '5:16 "timeout" is the number 0, which is no duration above 0'],
  ])('refuses %j', (text, mistake) => {
    expect(mistakesOf(() => load(text))).toEqual([mistake]);
  });
});

describe('names in a playbook', () => {
  const when = (expression: string) => task('ping:', `when: ${expression}`);

  it('may be any without an inventory, and only known ones with it', () => {
    expect(() => load(when('data_root == "x"'))).not.toThrow();
    expect(() => load(when('data_root == "x"'), known('data_root'))).not.toThrow();
    expect(mistakesOf(() => load(when('data_rot == "x"'), known('data_root')))).toEqual([
      '5:13 there is no "data_rot": no variable, no fact, no registered result',
    ]);
    expect(hintsOf(() => load(when('data_rot == "x"'), known('data_root')))).toEqual(['Did you mean "data_root"?']);
  });

  it('may be missing where a default is given', () => {
    expect(() => load(when('vars.?data_rot.orValue("x") == "x"'), known())).not.toThrow();
  });

  it('are facts, host, groups, vars, but result only in conditions over a command', () => {
    expect(() => load(when('facts.uid == 0 && host != "" && size(groups) > 0 && has(vars.x)'), known())).not.toThrow();
    expect(() => load(task('command: {shell: ls, changed_when: result.exit_code == 2}'), known())).not.toThrow();
    expect(mistakesOf(() => load(when('result.exit_code == 2'), known()))).toEqual([
      '5:13 "result" exists only in conditions over a command',
    ]);
  });

  it('are registered before they are used, also in an earlier play', () => {
    const first = '- hosts: all\n  tasks:\n    - {name: a, ping: , register: out}\n';
    expect(() =>
      load(`${first}- hosts: all\n  tasks:\n    - {name: b, ping: , when: out.changed}`, known()),
    ).not.toThrow();
    expect(
      mistakesOf(() =>
        load(`- hosts: all\n  tasks:\n    - {name: a, ping: , register: out, when: out.changed}`, known()),
      ),
    ).toEqual(['3:46 "out" is used before a task registers it']);
  });

  it('do not hide each other', () => {
    expect(mistakesOf(() => load(task('ping:', 'register: data_root'), known('data_root')))).toEqual([
      '5:17 "data_root" is a variable, which the result would hide',
    ]);
  });

  it('are pointed at exactly inside a text with several {{ }}', () => {
    const text = task('command: {shell: "ls {{ vars.a }}/{{ nope }}"}');
    expect(mistakesOf(() => load(text, known()))).toEqual([
      '4:44 there is no "nope": no variable, no fact, no registered result',
    ]);
  });
});
