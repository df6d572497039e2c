import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../src/config/condition.ts';
import { loadPlaybook, type PlaybookOptions } from '../../../src/config/playbook.ts';
import type { Json } from '../../../src/core/json.ts';
import { mistakesOf } from '../../support/mistakes.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

function template(params: string, options: PlaybookOptions = {}, vars = '{}') {
  const text = `- hosts: all\n  vars: ${vars}\n  tasks:\n    - name: first\n      ping:\n      register: out\n    - name: t\n      ${params}\n`;
  const task = loadPlaybook('p.yml', text, MODULE_FACTS, options).plays[0]?.tasks[1];
  if (task === undefined) throw new Error('no task');
  return task.params;
}

const scope = (names: Record<string, Json | undefined>) => new Map(Object.entries(names));

describe('rendering parameters', () => {
  it('applies the defaults of the schema', () => {
    expect(template('file_content: {path: /x}').render(scope({}))).toEqual({
      kind: 'known',
      params: { path: '/x', state: 'present' },
    });
  });

  it('parses parameters without {{ }} once', () => {
    const params = template('file_content: {path: /x}');
    const [first, second] = [params.render(scope({})), params.render(scope({ a: 1 }))];
    expect(first.kind === 'known' && second.kind === 'known' && first.params === second.params).toBe(true);
  });

  it('keeps the type of a lone {{ x }} and makes text of several parts, at any depth', () => {
    const params = template(
      'file_content: {path: "/x/{{ s }}/{{ n }}", count: "{{ n }}", words: ["{{ s }}", b], nested: {k: "{{ n }}"}}',
    );
    expect([...params.names].sort()).toEqual(['n', 's']);
    expect(params.render(scope({ s: 'a', n: 3 }))).toEqual({
      kind: 'known',
      params: { path: '/x/a/3', count: 3, words: ['a', 'b'], nested: { k: 3 }, state: 'present' },
    });
    const whole = template('file_content: {path: /x, words: "{{ l }}"}');
    expect(whole.render(scope({ l: ['p', 'q'] }))).toMatchObject({ params: { words: ['p', 'q'] } });
  });

  it('is unknown while a result is, and invalid if a host has no such variable or a value does not fit', () => {
    const params = template('file_content: {path: "/x/{{ out.name }}", count: "{{ n }}"}');
    expect(params.render(scope({ out: undefined, n: 1 }))).toEqual({
      kind: 'unknown',
      why: 'path: "out" is not known here',
    });
    expect(params.render(scope({ out: { name: 'a' } }))).toEqual({
      kind: 'invalid',
      why: 'count: "n" has no value on this host',
    });
    expect(params.render(scope({ out: { name: 'a' }, n: 'x' }))).toEqual({
      kind: 'invalid',
      why: '"count" must be a number, found the text "x"',
    });
    expect(params.render(scope({ out: {}, n: 1 }))).toEqual({ kind: 'unknown', why: 'path: out has no "name"' });
    expect(params.render(scope({ out: { name: [] }, n: 1 }))).toEqual({
      kind: 'invalid',
      why: 'path: {{ out.name }} is a list and cannot stand inside a text',
    });
    expect(params.render(scope({ out: { name: 'a' }, n: 0 }))).toEqual({
      kind: 'invalid',
      why: '"count" must be at least 1',
    });
  });

  it('never fills what a value brings with it', () => {
    expect(template('file_content: {path: "{{ s }}"}').render(scope({ s: '{{ n }}', n: 1 }))).toMatchObject({
      params: { path: '{{ n }}' },
    });
  });
});

describe('checking parameters when the playbook is loaded', () => {
  const known = (...names: string[]) => ({ knownNames: new Set(names) });

  it('checks what is written out beside a {{ }}', () => {
    expect(mistakesOf(() => template('file_content: {path: "{{ s }}", count: x, stat: absent}'))).toEqual([
      '8:46 "count" must be a number, found the text "x"',
      '8:49 file_content has no "stat"',
    ]);
    expect(() => template('file_content: {path: "{{ s }}", count: "{{ n }}", state: "{{ st }}"}')).not.toThrow();
    expect(() => template('command: {argv: [ls, "{{ s }}"]}')).not.toThrow();
    expect(mistakesOf(() => template('command: {argv: [ls, "{{ s }}"], shell: ls}'))).toEqual([
      '8:7 command needs exactly one of `argv` and `shell`',
    ]);
  });

  it('checks the values of vars that nothing can override', () => {
    const params = 'file_content: {path: /x, mode: "{{ mode }}"}';
    expect(mistakesOf(() => template(params, known(), '{mode: 644}'))).toEqual([
      '8:38 "mode" must be text, found the number 644',
    ]);
    expect(() => template(params, known('mode'), '{mode: 644}')).not.toThrow();
    expect(() => template(params, {}, '{mode: 644}')).not.toThrow();
    expect(() => template(params, known(), '{mode: "0644"}')).not.toThrow();
  });
});

describe('conditions in parameters', () => {
  const bound = (params: string, names: Record<string, Json | undefined>) => {
    const rendered = template(params).render(scope(names));
    if (rendered.kind !== 'known') throw new Error(rendered.why);
    return (rendered.params as { changed_when: Condition | readonly Condition[] }).changed_when;
  };

  it('become conditions over the scope and what is known later', () => {
    const condition = bound('command: {shell: ls, changed_when: result.exit_code == limit}', { limit: 2 }) as Condition;
    expect(condition.text).toBe('result.exit_code == limit');
    expect(condition.test({ result: { exit_code: 2 } })).toEqual({ kind: 'true' });
    expect(condition.test({ result: { exit_code: 0 } })).toEqual({ kind: 'false' });
    expect(condition.test({})).toEqual({ kind: 'unknown', why: '"result" has no value on this host' });
    expect(condition.test({ result: { exit_code: '2' } })).toEqual({
      kind: 'unknown',
      why: 'it compares text with a number ("2" with 2)',
    });
  });

  it('keep the scope of the moment in which they were rendered', () => {
    const names = new Map<string, Json | undefined>([['limit', 1]]);
    const rendered = template('command: {shell: ls, changed_when: limit == 1}').render(names);
    names.set('limit', 2);
    expect(rendered.kind === 'known' && (rendered.params as { changed_when: Condition }).changed_when.test({})).toEqual(
      { kind: 'true' },
    );
  });

  it('may be true, false, or a list', () => {
    expect(bound('command: {shell: ls, changed_when: false}', {})).toMatchObject({ text: 'false' });
    const list = bound('command: {shell: ls, changed_when: [true, "n > 1"]}', { n: 1 }) as readonly Condition[];
    expect(list.map((one) => one.test({}).kind)).toEqual(['true', 'false']);
  });

  it('are unknown if they come to neither true nor false', () => {
    expect((bound('command: {shell: ls, changed_when: n}', { n: 1 }) as Condition).test({})).toEqual({
      kind: 'unknown',
      why: 'it is the number 1, neither true nor false',
    });
  });

  it('are named among what a task reads, without result', () => {
    expect([...template('command: {shell: "{{ a }}", changed_when: result.exit_code == out.n}').names].sort()).toEqual([
      'a',
      'out',
    ]);
  });
});
