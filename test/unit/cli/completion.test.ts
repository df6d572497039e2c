import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { renderCompletion } from '../../../src/cli/completion.ts';

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s knows every command, flag and word', (shell) => {
    const script = renderCompletion(shell, COMMANDS);
    for (const { name, options } of COMMANDS) {
      expect(script).toContain(name);
      for (const option of options) expect(script).toContain(option.name);
    }
    for (const word of ['accept-new', 'file_content', 'exit-codes']) expect(script).toContain(word);
  });

  it('refuses a shell that it does not know, and says the nearest', () => {
    expect(() => renderCompletion('fsh', COMMANDS)).toThrow('no completion for "fsh"');
    expect(() => renderCompletion('powershell', COMMANDS)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});
