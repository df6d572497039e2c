import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commands.ts';
import { explainFailure } from '../../../../src/cli/failure.ts';
import { runProgram } from '../../../../src/cli/program.ts';
import { fakeIo } from '../../../support/cli-io.ts';

const SWEEP = resolve(import.meta.dirname, '../../../../playbooks/sweep-dead.yml');

describe('unbusy compile', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unbusy-compile-'));
    const tasks =
      '    - name: one\n      dead_containers: {}\n    - name: two\n      file_state: { path: /x, state: file }\n';
    writeFileSync(at('mixed.yml'), `- name: p\n  hosts: all\n  tasks:\n${tasks}`);
    const never = '- name: p\n  hosts: all\n  tasks:\n    - { name: t, dead_containers: {}, when: false }\n';
    writeFileSync(at('never.yml'), never);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** As main does it, with what it wrote. */
  async function type(...argv: string[]) {
    const io = fakeIo();
    try {
      return { code: await runProgram(io, COMMANDS, ['compile', ...argv]), ...io.written };
    } catch (error) {
      const { lines, exitCode } = explainFailure(error);
      return { code: exitCode, out: io.written.out, err: lines.join('\n') };
    }
  }

  it('writes a file that can be started, the same each time and on stdout', async () => {
    const ran = await type(SWEEP, '-o', at('hook.sh'));
    expect([ran.code, ran.out, ran.err], ran.err).toEqual([0, '', expect.stringMatching(/hook\.sh: \d+ bytes\n$/)]);
    expect(statSync(at('hook.sh')).mode & 0o777).toBe(0o755);
    const text = readFileSync(at('hook.sh'), 'utf8');
    expect((await type(SWEEP, '-o', '-')).out).toBe(text);
    expect(text).toContain('# version: 1.2.3\n');
    const limited = await type(SWEEP, '-o', '-', '-e', '{"containers": ["app"]}', '--budget', '2m');
    expect(limited.out).toContain("'container=app'");
    expect(limited.out).toContain('\nunbusy_budget=120\n');
    expect(text).not.toContain("'container=");
  });

  it('names the line of what cannot be compiled, and writes nothing', async () => {
    const ran = await type(at('mixed.yml'), '-o', at('mixed.sh'));
    expect([ran.code, ran.err]).toEqual([
      2,
      expect.stringContaining('mixed.yml:6:7: file_state cannot be compiled into a hook'),
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('mixed.sh'))).toEqual([]);
  });

  it.each([
    ['no output', [SWEEP], 'no file to write was given'],
    ['an output that cannot be written', [SWEEP, '-o', '/proc/none/hook.sh'], 'cannot be written'],
    ['a variable that nobody reads', [SWEEP, '-o', '-', '-e', 'contaners=app'], 'Did you mean "containers"?'],
    ['a budget beyond a day', [SWEEP, '-o', '-', '--budget', '25h'], 'between one second and a day'],
    ['a restart', [SWEEP, '-o', '-', '-e', '{"release": ["restart_holder"]}'], 'sweep-dead.yml:30'],
  ])('refuses %s', async (_what, argv, words) => {
    const ran = await type(...argv);
    expect([ran.code, ran.out, ran.err]).toEqual([2, '', expect.stringContaining(words)]);
  });

  it('refuses a playbook of which nothing is left to do', async () => {
    const ran = await type(at('never.yml'), '-o', '-');
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('no task is left')]);
  });
});
