import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { callText, definition, type Framed, framed, framesItself } from '../../../src/connection/wire.ts';
import { type RecordedAnswer, RecordedHost } from '../../../src/demo/recorded-host.ts';
import { CallReader, framedAnswer } from '../../../src/demo/shell-frames.ts';

const MARKER = '0123456789abcdef0123456789abcdef';
const program = (name: string) => ({ name, text: 'main() { :; }\nmain "$@"' });
const asked = (number: number, name: string, ...args: string[]): Framed => ({
  number,
  text: callText({ program: program(name), args }),
});

describe('CallReader', () => {
  it('finds calls among prologue and definitions, wherever the chunks are cut', () => {
    const first = asked(1, 'docker-state', "it's", 'two\nlines');
    const text = [
      'umask 077\n',
      framesItself(MARKER, 0, 'unbusy_facts'),
      framed(MARKER, [{ ...first, text: definition(program('docker-state')) + first.text }, asked(2, 'docker-state')]),
    ].join('');
    for (const size of [1, 7, text.length]) {
      const reader = new CallReader();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...reader.push(Buffer.from(text.slice(at, at + size))));
      expect(found.map(({ number, ask, onStderr }) => [number, ask, onStderr])).toEqual([
        [0, 'unbusy_facts', false],
        [1, `docker_state 'it'\\''s' 'two\nlines'`, true],
        [2, 'docker_state', true],
      ]);
    }
  });
});

describe('RecordedHost', () => {
  const answer = (ask: string, after: number, stdout: string): RecordedAnswer => ({
    ask,
    after,
    stdout,
    stderr: '',
    code: 0,
  });
  const host = () =>
    new RecordedHost([
      answer("docker_state 'x'", 0, 'dirty\n'),
      answer("remove_container 'c'", 0, 'gone\n'),
      answer("docker_state 'x'", 1, 'clean\n'),
    ]);

  async function ask(from: RecordedHost, ...calls: readonly Framed[]): Promise<string> {
    const command = from.start('exec /bin/sh');
    let said = '';
    command.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    command.stderr.resume();
    command.stdin.end(framed(MARKER, calls));
    await once(command.stdout, 'end');
    expect(await command.ended).toEqual({ code: 0 });
    return said;
  }

  it('answers as it stood before, until something is changed', async () => {
    const one = host();
    const look = asked(0, 'docker-state', 'x');
    expect(await ask(one, look)).toContain('dirty');
    expect(await ask(one, look, asked(1, 'remove-container', 'c'))).toMatch(/dirty[\s\S]*gone/);
    expect(await ask(one, look)).toContain('clean');
    expect(await ask(host(), look)).toContain('dirty');
  });

  it('has no answer to what was not asked then, and says so by its exit number', async () => {
    const call = { marker: MARKER, number: 0, ask: '', onStderr: true };
    expect(await ask(host(), asked(0, 'docker-state', 'y'))).toBe(framedAnswer(call, '', 99).toString());
  });
});
