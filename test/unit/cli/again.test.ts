import { describe, expect, it } from 'vitest';
import { commandAfter, commandAgain, resumeAgain } from '../../../src/cli/again.ts';
import { diagnoseCommand } from '../../../src/cli/commands/diagnose.ts';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { Given, type RawValue } from '../../../src/cli/given.ts';

const again = (typed: Record<string, RawValue>, args = ['p.yml']) =>
  commandAgain(runCommand, args, new Given(runCommand.options, new Map(Object.entries(typed)), { UNBUSY_FORKS: '9' }));

describe('the next command', () => {
  it('is the same command with what was typed, not with defaults or environment', () => {
    const typed = { inventory: ['a.yml', 'b,c,'], become: true, verbose: 2, 'host-keys': 'strict', forks: '4' };
    expect(again(typed)({})).toBe('unbusy run p.yml -i a.yml -i b,c, -f 4 -b --host-keys strict -v -v');
  });

  it('is called as this one was', () => {
    const given = new Given(runCommand.options, new Map(), { npm_command: 'exec' });
    expect(commandAgain(runCommand, ['p.yml'], given)({ check: true })).toBe('npx unbusy run p.yml -C');
    expect(resumeAgain(given, { id: '7f3a1c' })).toBe('npx unbusy resume 7f3a1c');
    expect(resumeAgain(new Given(runCommand.options, new Map(), { npm_command: 'ci' }), { id: '7f3a1c' })).toBe(
      'unbusy resume 7f3a1c',
    );
  });

  it('after a look has what was typed for options that mean the same, and is not quiet', () => {
    const typed = new Map<string, RawValue>([
      ...([
        ['inventory', ['h.yml']],
        ['become', true],
        ['verbose', 1],
      ] as const),
      ...([
        ['watch', true],
        ['every', '5s'],
        ['samples', '3'],
        ['since', '1h'],
        ['quiet', true],
      ] as const),
    ]);
    const given = new Given(diagnoseCommand.options, typed, {});
    expect(commandAfter(runCommand, ['p.yml'], given)({ check: true })).toBe('unbusy run p.yml -C -i h.yml -b -v');
  });

  it('is not silent, though this one was', () => {
    expect(again({ quiet: true, check: true })({ check: false })).toBe('unbusy run p.yml');
  });

  it('turns check on and off, and narrows', () => {
    expect(again({ check: true, diff: true })({ check: false })).toBe('unbusy run p.yml -D');
    expect(again({ yes: true })({ check: true })).toBe('unbusy run p.yml -C');
    expect(again({ yes: true })({ check: false })).toBe('unbusy run p.yml -y');
    expect(again({ limit: 'all' })({ limit: 'cd[01-03]' })).toBe("unbusy run p.yml -l 'cd[01-03]'");
    expect(again({})({ acceptNewKeys: true })).toBe('unbusy run p.yml --host-keys accept-new');
  });

  it('gets the flags that it lacked, and none twice', () => {
    expect(again({})({ become: true, askBecomePassword: true })).toBe('unbusy run p.yml -b -K');
    expect(again({ become: true, 'ask-become-pass': true })({ become: true, askBecomePassword: true })).toBe(
      'unbusy run p.yml -b -K',
    );
  });

  it('quotes what a shell would take apart', () => {
    expect(again({ 'extra-vars': ["a='b c'"] }, ['my play.yml'])({})).toBe(
      "unbusy run 'my play.yml' -e 'a='\\''b c'\\'''",
    );
  });

  it('does not repeat what looks like a secret, for its words end in logs', () => {
    const typed = ['db_password=hunter2', 'release=5', '{"api_key": "hunter2"}', '@secrets.yml'];
    const given = new Given(runCommand.options, new Map([['extra-vars', typed]]), {});
    const command = commandAgain(runCommand, ['p.yml'], given)({});
    expect(command).toBe("unbusy run p.yml -e 'db_password=…' -e release=5 -e '{…}' -e @secrets.yml");
  });
});
