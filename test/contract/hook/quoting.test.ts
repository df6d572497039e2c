import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hookFile } from '../../../src/compile/hook-file.ts';
import type { Program } from '../../../src/connection/session.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { shellKinds } from '../../support/shells.ts';

/** Prints its arguments, each with a byte before and after that none of them holds. */
const TELL: Program = { name: 'tell', text: 'for each do printf "<\\001%s\\001>" "$each"; done' };

const ORIGIN = { version: '0', playbook: 'p.yml', playbookText: '', budgetSeconds: 60 };

describe.each(shellKinds())('the parameters of a hook under $name', ({ command, path }) => {
  const sandbox = makeSandbox();
  afterAll(() => sandbox.remove());

  it('arrive as they are, whatever they hold', () => {
    const task = { name: "it's", place: 'p.yml:1', part: { program: TELL, args: NASTY_NAMES, calls: [] } };
    // The frame needs root and a lock; its functions are replaced, the text of the tasks stays.
    const text = hookFile([task], ORIGIN)
      .replace(/\nmain "\$@"\n$/, '\n')
      .concat('task() { f=unbusy_program_$3; shift 3; "$f" "$@"; }\nhook_playbook\n');
    const file = join(sandbox.path, 'hook.sh');
    writeFileSync(file, text);
    const [shell = 'sh', ...args] = command;
    const said = execFileSync(shell, [...args, file], { env: { PATH: path }, cwd: sandbox.path });
    expect(said.toString()).toBe(NASTY_NAMES.map((each) => `<\u0001${each}\u0001>`).join(''));
  });
});
