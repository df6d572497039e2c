import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askHidden } from '../../../src/cli/prompt.ts';

function streams() {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return { input, output, shown: () => shown };
}

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
