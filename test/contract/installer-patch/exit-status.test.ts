import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPatch } from '../../../src/modules/installer-patch/patch.ts';
import { loadShellParser, type ShellParser } from '../../../src/modules/installer-patch/shell-parser.ts';
import { readShellSubject } from '../../../src/modules/installer-patch/shell-subject.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const SHELLS = ['dash', 'bash', 'busybox sh'].filter((shell) => {
  try {
    execFileSync('sh', ['-c', `${shell} -c true`], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`LEFT OUT: no ${shell} here`);
    return false;
  }
});

const RUN = 'docker run -d --name cadvisor -v /:/rootfs:ro cadvisor';

/** Ways in which an installer learns that a container did not start. */
const SCRIPTS: readonly string[] = [
  `${RUN}\nif [ $? -ne 0 ]; then echo failed; exit 3; fi\necho up\n`,
  `${RUN}\nrc=$?\nexit $rc\n`,
  `${RUN}\n`,
  `echo begin\n${RUN}`,
  `set -e\n${RUN}\necho up\n`,
  `set -e\n[ "$1" = never ] && ${RUN}\necho went on\n`,
  `set -eu\n[ "$1" = never ] && ${RUN}\n`,
  `start() {\n  ${RUN}\n  return $?\n}\nstart && echo up || echo failed\n`,
  `start() {\n  ${RUN}\n}\nif start; then echo up; else echo failed; fi\n`,
  `set -e\n(\n${RUN}\n) || exit 4\necho up\n`,
  `if true; then\n  ${RUN}\nfi\necho $?\n`,
];

describe.each(SHELLS)('a patched script, under %s', (shell) => {
  const sandbox = makeSandbox();
  const bin = join(sandbox.path, 'bin');
  const hook = join(sandbox.path, "the hook's.sh");
  let parse: ShellParser;
  beforeAll(async () => {
    parse = await loadShellParser();
    mkdirSync(bin);
    writeFileSync(join(bin, 'docker'), '#!/bin/sh\nexit "$DOCKER_SAYS"\n');
    writeFileSync(hook, '#!/bin/sh\necho "the hook ran"\nexit 9\n');
    for (const file of [join(bin, 'docker'), hook]) chmodSync(file, 0o755);
  });
  afterAll(() => sandbox.remove());

  const run = (text: string, says: number) => {
    writeFileSync(join(sandbox.path, 'script'), text);
    const env = { PATH: `${bin}:${process.env.PATH}`, DOCKER_SAYS: String(says) };
    const done = spawnSync('sh', ['-c', `exec ${shell} ./script now`], { cwd: sandbox.path, env, encoding: 'utf8' });
    return { code: done.status, text: done.stdout };
  };
  const patch = (text: string) => {
    const wish = { monitors: ['cadvisor'], strategy: 'rslave' as const, hook, dataRoot: '/var/lib/docker' };
    const patched = addPatch(text, wish, (each) => readShellSubject(parse, each, 'shell_install'));
    if (patched.kind === 'problems') throw new Error(patched.problems.map(({ why }) => why).join('\n'));
    return patched.text;
  };

  it.each(SCRIPTS)('ends, and goes on, as it did: %j', (text) => {
    for (const says of [0, 125]) {
      const before = run(text, says);
      const after = run(patch(text), says);
      expect({ ...after, text: after.text.replace('the hook ran\n', '') }, `docker says ${says}`).toEqual(before);
      if (says === 0 && !text.includes('never')) expect(after.text).toContain('the hook ran');
    }
  });
});
