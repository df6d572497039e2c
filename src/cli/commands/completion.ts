import type { CommandSpec } from '../command.ts';
import { renderCompletion } from '../completion.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `unbusy completion SHELL`: prints the script that makes a shell complete the other commands. */
export function completionCommand(others: readonly CommandSpec[]): CommandSpec {
  const spec: CommandSpec = {
    name: 'completion',
    summary: 'Print a completion script for a shell.',
    args: [{ name: 'shell', help: 'bash, zsh or fish.', required: true, completes: SHELLS }],
    options: [],
    examples: [
      ['source <(unbusy completion bash)', 'in ~/.bashrc'],
      ['unbusy completion zsh > ~/.zfunc/_unbusy', 'a folder of $fpath'],
      ['unbusy completion fish > ~/.config/fish/completions/unbusy.fish', 'fish reads it by itself'],
    ],
    exits: [0, 1, 2],
    async run(io, [shell = '']) {
      io.out.write(renderCompletion(shell, [...others, spec]));
      return 0;
    },
  };
  return spec;
}
