import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commands.ts';
import { explainFailure } from '../../../../src/cli/failure.ts';
import { runProgram } from '../../../../src/cli/program.ts';
import { fakeIo } from '../../../support/cli-io.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-cli-'));
  writeFileSync(
    at('hosts.yml'),
    'all:\n  vars: { text: hi }\n  children:\n    web:\n      hosts:\n        web[01:03]: { port: 2222 }\n    db:\n      hosts: { db1: {} }\n',
  );
  const task = (name: string, tag: string) =>
    `    - name: ${name}\n      tags: ${tag}\n      file_content: { path: /x, content: "{{ text }}" }\n`;
  writeFileSync(at('good.yml'), `- name: files\n  hosts: all\n  tasks:\n${task('one', 'a')}${task('two', 'b')}`);
  writeFileSync(at('bad.yml'), '- hosts: all\n  tsks: []\n  tasks:\n    - name: x\n      fiel_content: {}\n');
  writeFileSync(at('bad-hosts.yml'), 'all:\n  hosts:\n    a: { prot: 1 }\n  childern: {}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As main does it, with what it wrote. */
async function type(...argv: string[]) {
  const io = fakeIo();
  try {
    return { code: await runProgram(io, COMMANDS, argv), ...io.written };
  } catch (thrown) {
    const { lines, exitCode } = explainFailure(thrown);
    return { code: exitCode, out: io.written.out, err: lines.join('\n') };
  }
}

describe('lint', () => {
  it('shows every mistake with its place, the line and a caret, and ends in 2', async () => {
    const { code, out } = await type('lint', at('bad.yml'), at('good.yml'));
    expect(code).toBe(2);
    expect(out).toContain('bad.yml:2:3: ');
    expect(out).toContain('bad.yml:5:7: ');
    expect(out).toMatch(/\n +fiel_content: \{\}\n +\^\n/);
    expect(out).toContain('good.yml: no mistakes');
  });

  it('gives the same in JSON, and 0 for no mistakes', async () => {
    const bad = JSON.parse((await type('lint', '--json', at('bad.yml'))).out);
    expect(bad.schema).toBe('unbusy/lint/1');
    expect(bad.mistakes[0]).toMatchObject({ code: 'E_PLAYBOOK', line: 2, column: 3 });
    expect(await type('lint', at('good.yml'))).toMatchObject({ code: 0 });
    expect((await type('run', at('bad.yml'), '--syntax-check')).code).toBe(2);
  });
});

describe('run, before any host', () => {
  it('shows the mistakes of playbook and inventory together', async () => {
    const { code, err, out } = await type('run', at('bad.yml'), '-i', at('bad-hosts.yml'));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('bad.yml:2:3: ');
    expect(err).toContain('bad-hosts.yml:4:3: ');
    expect(err).toMatch(/\d mistakes; no host was touched$/);
  });

  it.each([
    [[], 2, 'no inventory was given'],
    [['-i', 'HOSTS', '-l', 'wbe'], 8, 'Did you mean "web"?'],
    [['-i', 'HOSTS', '-f', '0'], 2, '--forks "0" is not valid'],
    [['-i', 'HOSTS', '--timeout', 'soon'], 2, '--timeout "soon" is not valid'],
    [['-i', 'HOSTS', '-e', 'novalue'], 2, 'novalue'],
    [['-i', 'HOSTS', '-K'], 2, 'UNBUSY_BECOME_PASSWORD'],
  ])('with %j ends in %i', async (flags, exitCode, text) => {
    const argv = flags.map((flag) => (flag === 'HOSTS' ? at('hosts.yml') : flag));
    const { code, err } = await type('run', at('good.yml'), ...argv);
    expect(code).toBe(exitCode);
    expect(err).toContain(text);
  });

  it('lists hosts and tasks', async () => {
    const hosts = await type('run', at('good.yml'), '-i', at('hosts.yml'), '-l', 'web:!web02', '--list-hosts');
    expect(hosts).toEqual({ code: 0, out: 'files: 2 hosts\n  web01\n  web03\n', err: '' });
    const tasks = await type('run', at('good.yml'), '-i', at('hosts.yml'), '-t', 'b', '--list-tasks', '--json');
    expect(JSON.parse(tasks.out)).toEqual([
      { play: 'files', tasks: [{ name: 'two', module: 'file_content', tags: ['b'], line: 7 }] },
    ]);
  });

  it('lists blocks, loops and handlers as they hang together', async () => {
    const args = ['test/fixtures/config/flow.yml', '-i', at('hosts.yml'), '--list-tasks'];
    expect((await type('run', ...args)).out.split('\n')).toEqual([
      'flow',
      '  one (command, in a loop) notifies restart',
      '  block: try',
      '    new (command) [risky]',
      '  rescue',
      '    old (command) [risky]',
      '  always',
      '    tidy (command) [risky]',
      '  handlers',
      '    restart (command)',
      '',
    ]);
    const [play] = JSON.parse((await type('run', ...args, '--json')).out);
    expect(play.tasks[1]).toMatchObject({ name: 'try', block: [{ name: 'new' }], rescue: [{ name: 'old' }] });
    expect(play.handlers).toMatchObject([{ name: 'restart', line: 20 }]);
    const few = await type('run', ...args, '--skip-tags', 'risky');
    expect(few.out).toBe('flow\n  one (command, in a loop) notifies restart\n  handlers\n    restart (command)\n');
  });
});

describe('inventory', () => {
  it('shows variables with their origin, -e over all', async () => {
    const { out } = await type('inventory', '-i', at('hosts.yml'), 'web01', '-e', 'text=bye');
    expect(out).toContain('web01');
    expect(out).toContain('port 2222');
    expect(out).toContain('text = "bye"   from -e');
    expect(out).not.toContain('db1');
  });

  it('gives names alone, as completion asks for them', async () => {
    const { out } = await type('inventory', '-i', at('hosts.yml'), '--names');
    expect(out.split('\n')).toEqual(expect.arrayContaining(['web', 'db', 'web01', 'db1', '']));
    expect(out).not.toMatch(/port|text|:/);
  });

  it('gives one JSON object, narrowed as asked', async () => {
    const { out } = await type('inventory', '-i', at('hosts.yml'), 'db', '--json');
    const { schema, groups, hosts } = JSON.parse(out);
    expect(schema).toBe('unbusy/inventory/1');
    expect(groups).toMatchObject({ db: ['db1'], web: [] });
    expect(hosts.map(({ name }: { name: string }) => name)).toEqual(['db1']);
  });
});

describe('doc', () => {
  it('calls a duration a duration, and says its units', async () => {
    const { out } = await type('doc', 'dead_containers');
    expect(out).toMatch(/^older_than +duration +0$/m);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('A duration: 500ms, 30s, 10m, 2h, 1d, or a bare number of seconds.');
    expect(out).toMatch(/^remove +boolean +true$/m);
  });

  it('explains a module, and gives its JSON Schema', async () => {
    const { out } = await type('doc', 'file_content');
    for (const word of ['path', 'must be given', 'present | absent', '"present"', 'Example'])
      expect(out).toContain(word);
    const schema = JSON.parse((await type('doc', 'file_content', '--json')).out);
    expect(schema).toMatchObject({ title: 'file_content', type: 'object', required: ['path'] });
  });

  it.each(['errors', 'exit-codes', 'playbook'])('explains %s, in text and JSON', async (topic) => {
    expect((await type('doc', topic)).out.split('\n').length).toBeGreaterThan(10);
    expect(JSON.parse((await type('doc', topic, '--json')).out)).toBeTypeOf('object');
  });

  it('explains one error code', async () => {
    const { out, code } = await type('doc', 'E_REFUSED');
    expect(code).toBe(0);
    expect(out).toContain('E_REFUSED');
    expect(out).not.toContain('E_USAGE');
    expect(JSON.parse((await type('doc', 'e_refused', '--json')).out)).toMatchObject([{ code: 'E_REFUSED' }]);
    expect((await type('doc', 'E_REFUSD')).err).toContain('Did you mean E_REFUSED?');
  });

  it('knows the nearest topic', async () => {
    expect(await type('doc', 'file_contnt')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean file_content?'),
    });
  });
});
