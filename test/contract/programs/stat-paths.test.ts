import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connection/session.ts';
import { statPath } from '../../../src/programs/stat-path.ts';
import { type PathsQuestion, statPaths } from '../../../src/programs/stat-paths.ts';
import { sha256 } from '../../../src/programs/write-file.ts';
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

  /** Each character is a byte. */
  const bytesOf = (text: string) => Buffer.from(text, 'latin1');

  /** Makes a file for each pair of what it holds and what is expected of it; the sums that are found. */
  const compare = async (pairs: readonly (readonly [holds: string, expected: string])[]) => {
    const questions = pairs.map(([holds, expected], index): PathsQuestion => {
      writeFileSync(join(sandbox.path, `file${index}`), bytesOf(holds));
      return { ...question(`file${index}`, true), expected };
    });
    const answers = await statPaths(host, questions);
    return answers.map((answer) => (answer.ok && answer.found.type === 'file' ? answer.found.sha256 : answer));
  };
  const sums = (pairs: readonly (readonly [holds: string, expected: string])[]) =>
    pairs.map(([holds]) => sha256(bytesOf(holds)));

  it('compares short texts itself', async () => {
    host.meddle = 'sha256sum() { exit 99; }\n';
    const texts = ['', '\n', 'a', 'a\n', ' a \n\n\tb\\\n\\', '-n', '(', '!', '= x', '$(id) `id` "\' *', '~'];
    const pairs = texts.map((text) => [text, text] as const);
    expect(await compare(pairs)).toEqual(sums(pairs));
    expect(host.asked).toEqual(['stat-paths']);
  });

  it('takes no other file for the text, and reads none that is not as long', async () => {
    const others = [
      ['text', 'test'],
      ['text\n', 'text'],
      ['text', 'text\n'],
      ['tex\0t', 'text'],
      ['te\0t', 'text'],
      ['tex\0', 'text'],
      ['te\x81t', 'text'],
      ['te\x81t', 'tet'],
      ['te\x01t', 'text'],
      ['te\x7ft', 'text'],
      ['te\xfft', 'text'],
      ['text\r', 'text\n'],
      ['a\\\nb', 'ab\n\n'],
      [' text', 'text '],
    ] as const;
    expect(await compare(others)).toEqual(sums(others));
    host.meddle = 'read() { exit 99; }\n';
    const longer = [['x'.repeat(100_000), 'x']] as const;
    expect(await compare([...longer, ...longer])).toEqual(sums([...longer, ...longer]));
    expect(host.asked).toEqual(['stat-paths', 'stat-paths']);
    // Only what may be the text is read.
    expect(await compare([...others, ...others])).toEqual(sums([...others, ...others]));
    expect(host.asked.slice(2)).toContain('stat-path');
  });

  it('leaves long texts, and others that a shell may not read as they are, to sha256sum', async () => {
    host.meddle = 'read() { exit 99; }\n';
    for (const text of ['x'.repeat(600), '\r', '\x7f']) {
      const pairs = [
        [text, text],
        [text, text],
      ] as const;
      expect(await compare(pairs)).toEqual(sums(pairs));
    }
    expect(host.asked.filter((each) => each !== 'stat-paths')).toEqual([]);
  });

  it('compares a file behind a link that is followed, and nothing that is no file', async () => {
    host.meddle = 'sha256sum() { exit 99; }\n';
    const asked = (follow: boolean) =>
      ['file', 'link'].map((name) => ({ ...question(name, true), follow, expected: 'text' }));
    const [file, link] = await statPaths(host, asked(true));
    expect(file).toMatchObject({ ok: true, found: { type: 'file', sha256: sha256(bytesOf('text')) } });
    expect(link).toEqual(file);
    const others = ['link', 'directory', 'nothing'].map((name) => ({ ...question(name, true), expected: 'text' }));
    const found = await statPaths(host, others);
    expect(found).toMatchObject([
      { found: { type: 'symlink' } },
      { found: { type: 'directory' } },
      { found: { type: 'absent' } },
    ]);
    expect(host.asked).toEqual(['stat-paths', 'stat-paths']);
  });

  it('finds the sum of whatever is there, whatever is expected', async () => {
    const plain = [...' \t\n\\ab\'"$`-=!()*'];
    const text = (...more: readonly string[]) => fc.string({ unit: fc.constantFrom(...plain, ...more), maxLength: 6 });
    const pair = fc.oneof(
      fc.tuple(text('\0', '\r', '\x01', '\x7f', '\x81', '\x88', '\xff'), text()),
      text().map((one) => [one, one] as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 2, maxLength: 40 }), async (pairs) => {
        expect(await compare(pairs)).toEqual(sums(pairs));
      }),
      { numRuns: 15 },
    );
  });

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
