import { describe, expect, it } from 'vitest';
import { commandModule } from '../../../../src/modules/command/index.ts';
import { conditionOf } from '../../../support/condition-of.ts';

const mistakes = (params: unknown): readonly string[] =>
  commandModule.params.safeParse(params).error?.issues.map((issue) => issue.message) ?? [];

describe('command: what a playbook may say', () => {
  it('needs one of argv and shell', () => {
    expect(mistakes({ argv: ['true'], changed_when: 'false' })).toEqual([]);
    expect(mistakes({ changed_when: 'false' })[0]).toContain('exactly one');
    expect(mistakes({ argv: ['a'], shell: 'b', changed_when: false })[0]).toContain('exactly one');
  });

  it('needs to be told how a change is seen', () => {
    expect(mistakes({ shell: 'x' })[0]).toContain('cannot prove what it changed');
    expect(mistakes({ shell: 'x', creates: '/y' })).toEqual([]);
    expect(mistakes({ shell: 'x', changed_when: "result.stdout != ''" })).toEqual([]);
  });

  it('does not take a command that only reads and creates something', () => {
    for (const never of [false, 'false', conditionOf('false')]) {
      expect(mistakes({ shell: 'x', creates: '/y', changed_when: never })[0]).toContain('only reads');
    }
    expect(mistakes({ shell: 'x', creates: '/y', changed_when: 'result.exit_code == 2' })).toEqual([]);
  });

  it.each([
    [{ argv: ['-x'] }, 'begins with a dash'],
    [{ argv: ['a\0b'] }, 'NUL'],
    [{ shell: ' ' }, 'empty'],
    [{ shell: 'x', chdir: 'relative' }, 'absolute path'],
    [{ shell: 'x', timeout: 'soon' }, 'duration'],
  ])('refuses %j', (params, words) => {
    expect(mistakes({ ...params, changed_when: 'false' }).join()).toContain(words);
  });
});

describe('command: plan and verify', () => {
  const none = new Map();

  it('plans one run while the path that it creates is missing', () => {
    const params = { shell: 'make it', creates: '/made' };
    const [change] = commandModule.plan({ creates: false }, params, none);
    expect(change).toMatchObject({
      id: 'run',
      title: 'run make it',
      certainty: 'certain',
      why: '/made does not exist',
    });
    expect(commandModule.plan({ creates: true }, params, none)).toEqual([]);
  });

  it('does not call seen what only the command itself says', () => {
    const [step] = commandModule.plan({ creates: false }, { shell: 'make it', creates: '/made' }, none);
    if (step === undefined) throw new Error('nothing was planned');
    expect(commandModule.verify({ creates: true }, step, { creates: false })).toEqual({ kind: 'as-wanted' });
    expect(commandModule.verify({}, step, {})).toEqual({ kind: 'as-wanted', unseen: true });
    expect(commandModule.verify({ creates: false }, step, {}).kind).toBe('not-yet');
  });

  it('plans nothing once the path that it removes is gone', () => {
    const params = { argv: ['rm', '/x'], removes: '/x' };
    expect(commandModule.plan({ removes: false }, params, none)).toEqual([]);
    expect(commandModule.plan({ removes: true }, params, none)).toHaveLength(1);
  });

  it('does not know what changed_when will say, and runs once', () => {
    const params = { shell: 'x', changed_when: conditionOf("result.stdout == 'y'") };
    const [change] = commandModule.plan({}, params, none);
    expect(change).toMatchObject({ certainty: 'unknown' });
    expect(commandModule.plan({}, params, new Map([['run', { kind: 'done' } as const]]))).toEqual([]);
  });

  it('believes the path and not the exit number', () => {
    const [change] = commandModule.plan({ creates: false }, { shell: 'x', creates: '/y' }, none);
    if (change === undefined) throw new Error('nothing planned');
    expect(commandModule.verify({ creates: false }, change, { creates: false }).kind).toBe('not-yet');
    expect(commandModule.verify({ creates: true }, change, { creates: false }).kind).toBe('as-wanted');
    expect(commandModule.verify({ removes: true }, change, { removes: true }).kind).toBe('not-yet');
  });

  it('shows no control character of a command, and cuts long ones', () => {
    const title = (shell: string) =>
      commandModule.plan({}, { shell, changed_when: conditionOf('true') }, none)[0]?.title;
    expect(title('printf \u001b[2J\nrm')).toBe('run printf \\x1b[2J\\x0arm');
    expect(title('x'.repeat(500))?.length).toBe(124);
  });
});
