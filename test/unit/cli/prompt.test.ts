import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askHidden, askLine } from '../../../src/cli/prompt.ts';

function streams() {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return { input, output, shown: () => shown };
}

describe('a question', () => {
  const never = new AbortController().signal;

  it('takes no answer that was typed before it', async () => {
    const { input, output, shown } = streams();
    input.write('y\r');
    const answer = askLine({ input, output }, 'Begin? ', never);
    await expect.poll(shown).toContain('Begin? ');
    input.write('n\r');
    expect(await answer).toBe('n');
  });

  it('is interrupted by a ^C before it, and at it', async () => {
    const early = streams();
    early.input.write('\x03');
    await expect(askLine(early, 'Begin? ', never)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    const late = streams();
    const answer = askLine(late, 'Begin? ', never);
    await Promise.all([
      expect(answer).rejects.toMatchObject({ code: 'E_INTERRUPTED' }),
      expect
        .poll(late.shown)
        .toContain('Begin? ')
        .then(() => late.input.write('\x03')),
    ]);
  });
});

describe('a hidden question', () => {
  it('takes a line and shows none of it', async () => {
    const { input, output, shown } = streams();
    const answer = askHidden({ input, output }, 'password: ');
    input.write('s3cret word\r');
    expect(await answer).toBe('s3cret word');
    expect(shown()).toBe('password: \n');
  });

  it('is interrupted by ^C and ended by the end of input', async () => {
    const one = streams();
    const first = askHidden(one, '? ');
    one.input.write('half\x03');
    await expect(first).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    const two = streams();
    const second = askHidden(two, '? ');
    two.input.end();
    await expect(second).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
