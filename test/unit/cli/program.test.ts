import { describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { EXIT_CODES } from '../../../src/core/exit-codes.ts';
import { fakeIo } from '../../support/cli-io.ts';

async function type(...argv: string[]) {
  const io = fakeIo();
  return { code: await runProgram(io, COMMANDS, argv), ...io.written };
}

/** A command that tells how it was called. */
function spy(calls: unknown[]): CommandSpec {
  const flag = { help: 'h' } as const;
  return {
    name: 'try',
    summary: 'Try.',
    args: [{ name: 'files', help: 'h', required: true, variadic: true }],
    options: [
      { ...flag, name: 'check', short: 'C', kind: 'switch' },
      { ...flag, name: 'skip-tags', kind: 'list' },
      { ...flag, name: 'verbose', short: 'v', kind: 'count' },
      { ...flag, name: 'limit', short: 'l', kind: 'text' },
    ],
    examples: [],
    exits: [0],
    run: async (_io, args, given) => {
      calls.push({ args, ...Object.fromEntries(given.typed) });
      return 9;
    },
  };
}

describe('the command line', () => {
  it('hands over arguments and options as typed, and the exit code back', async () => {
    const calls: unknown[] = [];
    const argv = ['try', 'a', '-Cvv', 'b', '--skip-tags', 'x', '--skip-tags=y', '-lcd[1:2]', '--verbose'];
    expect(await runProgram(fakeIo(), [spy(calls)], argv)).toBe(9);
    expect(calls).toEqual([{ args: ['a', 'b'], check: true, 'skip-tags': ['x', 'y'], verbose: 3, limit: 'cd[1:2]' }]);
  });

  it('starts anew with each call', async () => {
    const calls: unknown[] = [];
    const command = spy(calls);
    await runProgram(fakeIo(), [command], ['try', 'a', '--skip-tags', 'x']);
    await runProgram(fakeIo(), [command], ['try', 'a']);
    expect(calls[1]).toEqual({ args: ['a'] });
  });

  it.each([
    [['rnu'], "E_USAGE: unknown command 'rnu'", '\n  Did you mean run?\n  Run `unbusy --help`'],
    [['rnu', '--help'], "E_USAGE: unknown command 'rnu'", 'Did you mean run?'],
    [['help', 'rnu'], "E_USAGE: unknown command 'rnu'", 'Did you mean run?'],
    [['run', '--chek', 'p.yml'], "unknown option '--chek'", 'Did you mean --check?'],
    [['run'], "missing required argument 'playbook'", '\n  Run `unbusy help run`'],
    [['run', 'p.yml', 'q.yml'], 'too many arguments', ''],
    [['run', 'p.yml', '--host-keys', 'off'], 'Choose one of strict, accept-new.', ''],
    [['run', 'p.yml', '-i'], 'argument missing', ''],
  ])('%j is a usage mistake: exit 2, nothing on stdout', async (argv, message, hint) => {
    const { code, out, err } = await type(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });

  it('prints version and help on stdout, with exit 0', async () => {
    expect(await type('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    const { code, out } = await type('--help');
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `);
    for (const [number, meaning] of Object.entries(EXIT_CODES)) expect(out).toContain(`${number}  ${meaning}`);
    expect((await type('help', 'run')).out).toContain('Usage: unbusy run');
  });

  it('says of exit 3 what it means to the command', async () => {
    const line = async (name: string) =>
      (await type(name, '--help')).out.split('\n').find((each) => /^ +3 {2}/.test(each));
    expect(await line('scan')).toBe('    3  findings: something is there that a run would act upon');
    expect(await line('why')).toBe(await line('scan'));
    expect(await line('run')).toContain('changes are pending');
  });

  it('lists for the demo what its scan and its runs can end with', async () => {
    const { out } = await type('demo', '--help');
    for (const code of [4, 5, 9, 124])
      expect(out).toContain(`\n  ${String(code).padStart(3)}  ${EXIT_CODES[code as 4]}`);
  });

  it('prints help on stderr, with exit 2, if no command is given', async () => {
    const { code, out, err } = await type();
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: unbusy');
  });

  it.each(COMMANDS.map(({ name }) => name))('help of %s has examples, exit codes and every option', async (name) => {
    const { out } = await type(name, '--help');
    const spec = COMMANDS.find((each) => each.name === name);
    for (const [example] of spec?.examples ?? []) expect(out).toContain(example);
    expect(spec?.examples.length).toBeGreaterThan(0);
    for (const option of spec?.options ?? []) expect(out).toContain(`--${option.name}`);
    expect(out).toContain('Exit codes:');
    // A usage mistake and a bug of ours are never far; who takes --timeout can be late, and a signal ends it.
    const timed = spec?.options.some((option) => option.name === 'timeout') ? [124, 130, 143] : [];
    // The doctor plans nothing and looks for nothing on hosts.
    const always = [0, 1, 2, ...(timed.length > 0 && name !== 'doctor' ? [3] : []), ...timed];
    expect(spec?.exits).toEqual(expect.arrayContaining(always));
    expect(spec?.exits).toEqual([...new Set(spec?.exits)].sort((a, b) => a - b));
    for (const code of spec?.exits ?? []) expect(out).toContain(`\n  ${String(code).padStart(3)}  `);
    expect(out.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });
});
