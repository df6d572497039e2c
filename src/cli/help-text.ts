import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import type { CommandSpec } from './command.ts';

/** What stands below the help of a command: examples, exit codes, environment. */
export function commandEpilogue(spec: CommandSpec): string {
  const variables = spec.options.flatMap(({ name, env }) =>
    env === undefined ? [] : [`  ${env.padEnd(24)}--${name}`],
  );
  return [
    ...section(
      'Examples',
      spec.examples.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
    ),
    ...section(
      'Exit codes',
      spec.exits.map((code) => exitLine(code, code === 3 ? spec.pending : undefined)),
    ),
    ...section('Environment (an option wins over it)', variables),
  ].join('\n');
}

/** What stands below the help of the whole program. */
export function programEpilogue(): string {
  return [
    ...section('Start here', [
      '  unbusy demo                                            see it work, without hosts and without Docker',
      '  unbusy scan -i host1,host2,                            look, change nothing',
      '  unbusy run playbooks/sweep-dead.yml -i hosts.yml -C    what would be done',
    ]),
    ...section(
      'Exit codes',
      Object.keys(EXIT_CODES).map((code) => exitLine(Number(code))),
    ),
    '',
    'Result goes to stdout, progress to stderr. `unbusy help COMMAND` has examples.',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines];
}

function exitLine(code: number, meaning: string = EXIT_CODES[code as ExitCode]): string {
  return `  ${String(code).padStart(3)}  ${meaning}`;
}
