import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connection/session.ts';
import { statPath } from '../../../src/programs/stat-path.ts';
import { statPaths } from '../../../src/programs/stat-paths.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

class CountingHost extends ShellHost {
  readonly asked: string[] = [];
  /** Shell text that is run before stat-paths. */
  meddle = '';

  override call(call: Call) {
    const { name, text } = call.program;
    this.asked.push(name);
    return super.call(name === 'stat-paths' ? { ...call, program: { name, text: this.meddle + text } } : call);
  }
}

describe.each(shellKinds())('stat-paths under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let host: CountingHost;
  const question = (name: string, hash = false) => ({
    path: join(sandbox.path, name),
    follow: false,
    hash,
    names: false,
  });
  beforeEach(() => {
    sandbox = makeSandbox();
    host = new CountingHost(shell);
    writeFileSync(join(sandbox.path, 'file'), 'text');
    mkdirSync(join(sandbox.path, 'directory'));
    symlinkSync('file', join(sandbox.path, 'link'));
  });
  afterEach(() => sandbox.remove());

  it('asks in one call what several ask in one turn, and gives each its own answers', async () => {
    const asked = [
      [question('file', true), question('link')],
      [question('directory')],
      [question('nothing'), question('file')],
    ];
    const answers = await Promise.all(asked.map((each) => statPaths(host, each)));
    expect(host.asked).toEqual(['stat-paths']);
    const alone = await Promise.all(asked.map((each) => Promise.all(each.map((one) => statPath(host, one)))));
    expect(answers).toEqual(alone);
  });

  it.each(['stat', 'sha256sum'])(
    'believes nothing if what it looks at goes away before %s comes to it',
    async (late) => {
      const path = join(sandbox.path, 'file');
      host.meddle = `${late}() { rm -f '${path}'; command ${late} "$@"; }\n`;
      const answers = await statPaths(host, [question('file', true), question('nothing')]);
      expect(answers).toEqual([
        { ok: true, found: { type: 'absent' } },
        { ok: true, found: { type: 'absent' } },
      ]);
      expect(host.asked).toEqual(['stat-paths', 'stat-path', 'stat-path']);
    },
  );

  it('asks anew in a later turn, and never mixes hosts', async () => {
    const other = new CountingHost(shell);
    await Promise.all([
      statPaths(host, [question('file'), question('link')]),
      statPaths(other, [question('directory'), question('file')]),
    ]);
    writeFileSync(join(sandbox.path, 'file'), 'another text');
    const [again] = await statPaths(host, [question('file', true), question('link')]);
    expect(host.asked).toEqual(['stat-paths', 'stat-paths']);
    expect(other.asked).toEqual(['stat-paths']);
    expect(again).toMatchObject({ ok: true, found: { size: 12 } });
  });
});
