import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkShellSyntax } from '../../../src/programs/check-shell-syntax.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

describe.each(shellKinds())('check-shell-syntax under $name', (kind) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());
  const check = (shell: string, script: string) => checkShellSyntax(new ShellHost(kind), shell, script);

  it('reads a script and runs none of it', async () => {
    const trace = join(sandbox.path, 'trace');
    expect(await check('sh', `#!/bin/sh\n: >'${trace}'\nprintf '%s\\n' "a\\tb" 'ü'\n`)).toEqual({
      ok: true,
      verdict: 'ok',
    });
    expect(existsSync(trace)).toBe(false);
  });

  it('tells a script that no shell takes, with what the shell said of it', async () => {
    expect(await check('sh', 'if true; then\n')).toMatchObject({
      ok: true,
      verdict: 'bad',
      said: expect.stringMatching(/./),
    });
  });

  it('takes a large script whole: what is wrong at its end is seen', async () => {
    const script = 'echo "some words, \\\\ and more"\n'.repeat(2000);
    expect(await check('sh', script)).toMatchObject({ verdict: 'ok' });
    expect(await check('sh', `${script}fi\n`)).toMatchObject({ verdict: 'bad' });
  });

  it('says that the host does not have the shell', async () => {
    expect(await check('no-such-shell', ':\n')).toEqual({ ok: true, verdict: 'no-shell' });
  });
});
