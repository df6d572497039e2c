import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CommandSpec } from './command.ts';
import { Given, type RawValue } from './given.ts';
import { commandEpilogue, programEpilogue } from './help-text.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';

/** Reads the command line, runs the command and gives its exit code; usage mistakes are printed with the nearest word and end in 2. */
export async function runProgram(io: Io, commands: readonly CommandSpec[], argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('unbusy')
    .description('Finds what keeps dead containers busy, releases it without hurting what lives, and proves it.')
    .version(io.version, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print help.')
    .helpCommand('help [command]', 'Print help of a command.')
    .addHelpText('after', programEpilogue())
    .configureHelp({ styleTitle: (text) => text });
  settle(program, io, 'Run `unbusy --help` for the commands.');
  const word = argv[0] === 'help' ? argv[1] : argv[0];
  const meant = commands.find(({ name }) => name === word);
  for (const spec of commands) {
    const command = settle(
      program.command(spec.name),
      io,
      `Run \`unbusy help ${spec.name}\` for its options and examples.`,
    );
    // Every start would describe all of them, of which one is asked.
    if (meant === undefined || meant === spec) describeCommand(command, spec);
    command.action(async (...given: unknown[]) => {
      const args = command.processedArgs.flatMap((each: unknown) => (each === undefined ? [] : each)) as string[];
      exitCode = await spec.run(io, args, readGiven(spec, given.at(-2) as Record<string, RawValue>, io));
    });
  }
  try {
    await program.parseAsync(meant === undefined && namesCommand(word) ? [word] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

/**
 * True for a word that should be a command. One that is none is handed over alone: commander would answer `rnu --help` and `help rnu`
 * by the general help, and call it a success.
 */
function namesCommand(word: string | undefined): word is string {
  return word !== undefined && word !== 'help' && !word.startsWith('-');
}

/** Every command ends by a throw instead of ending the process, and writes where we say; `next` stands below a mistake. */
function settle(command: Command, io: Io, next: string): Command {
  const columns = (terminal: Io['out']) => (terminal.isTerminal ? Math.min(terminal.columns(), 110) : 100);
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError(`  ${next}`)
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: (text, write) =>
        write(text.replace(/^error: /, 'E_USAGE: ').replace(/\n\((Did you mean .*)\)\n$/s, '\n  $1\n')),
      getOutHelpWidth: () => columns(io.out),
      getErrHelpWidth: () => columns(io.err),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function describeCommand(command: Command, spec: CommandSpec): void {
  command.summary(spec.summary).description(spec.summary).helpOption('-h, --help', 'Print help.');
  for (const arg of spec.args) {
    const name = `${arg.name}${arg.variadic ? '...' : ''}`;
    command.addArgument(new Argument(arg.required ? `<${name}>` : `[${name}]`, arg.help));
  }
  for (const option of spec.options) command.addOption(toOption(option));
  command.addHelpText('after', commandEpilogue(spec));
}

function toOption(spec: OptionSpec): Option {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  const value = spec.kind === 'switch' || spec.kind === 'count' ? '' : ` <${spec.value ?? 'value'}>`;
  const notes = [
    ...(spec.choices === undefined ? [] : [spec.choices.join(', ')]),
    ...(spec.fallback === undefined ? [] : [`default ${spec.fallback}`]),
    ...(spec.env === undefined ? [] : [`env ${spec.env}`]),
  ];
  const help = notes.length === 0 ? spec.help : `${spec.help} (${notes.join('; ')})`;
  const option = new Option(`${short}--${spec.name}${value}`, help);
  if (spec.kind === 'list') option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
  if (spec.kind === 'count') option.argParser((_: string, before: number | undefined) => (before ?? 0) + 1);
  if (spec.choices !== undefined) option.argParser((text: string) => chosen(text, spec.choices ?? []));
  return option;
}

function chosen(text: string, choices: readonly string[]): string {
  if (!choices.includes(text)) throw new InvalidArgumentError(`Choose one of ${choices.join(', ')}.`);
  return text;
}

function readGiven(spec: CommandSpec, values: Readonly<Record<string, RawValue>>, io: Io): Given {
  const typed = new Map<string, RawValue>();
  for (const { name } of spec.options) {
    const value = values[name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined) typed.set(name, value);
  }
  return new Given(spec.options, typed, io.env);
}
