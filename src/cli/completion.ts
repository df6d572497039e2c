import { UnbusyError } from '../core/errors.ts';
import { nearest, quotePosix } from '../core/text.ts';
import type { CommandSpec } from './command.ts';
import type { ArgumentSpec, OptionSpec } from './option.ts';

/** The completion script for a shell, made from the commands themselves. Throws E_USAGE for a shell that we do not know. */
export function renderCompletion(shell: string, commands: readonly CommandSpec[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
    default: {
      const near = nearest(shell, ['bash', 'zsh', 'fish']);
      const hint = near === undefined ? 'Choose bash, zsh or fish.' : `Did you mean ${near}?`;
      throw new UnbusyError('E_USAGE', `there is no completion for "${shell}"`, { hint });
    }
  }
}

const flagsOf = ({ name, short }: OptionSpec) => (short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`]);
const takesValue = ({ kind }: OptionSpec) => kind !== 'switch' && kind !== 'count';

function argumentWords(args: readonly ArgumentSpec[]): readonly string[] {
  return args.flatMap(({ completes }) => (Array.isArray(completes) ? completes : []));
}

const wantsHosts = ({ args }: CommandSpec) => args.some(({ completes }) => completes === 'host');

/** Words for a value: `choices`, or files, or hosts, or nothing. */
function bashValueCase(option: OptionSpec): string {
  const pattern = flagsOf(option).join('|');
  if (option.choices !== undefined)
    return `${pattern}) COMPREPLY=($(compgen -W ${quotePosix(option.choices.join(' '))} -- "$cur")); return ;;`;
  if (option.completes === 'host') return `${pattern}) _unbusy_hosts; return ;;`;
  return option.completes === 'file'
    ? `${pattern}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`
    : `${pattern}) return ;;`;
}

/** Names come from a file, and `compgen -W` would execute what it finds in them. */
const BASH_HOSTS = `_unbusy_hosts() {
  local word before= name; local -a from=()
  for word in "\${COMP_WORDS[@]}"; do
    case "$before" in -i|--inventory) [ "$word" = = ] && continue; from+=(-i "\${word/#\\~\\//$HOME/}") ;; esac
    before=$word
  done
  while IFS= read -r name; do
    [[ "$name" == "$cur"* ]] && COMPREPLY+=("$name")
  done < <(unbusy inventory --names "\${from[@]}" 2>/dev/null)
}`;

function bashScript(commands: readonly CommandSpec[]): string {
  const cases = commands.map((command) => {
    const words = [...command.options.flatMap(flagsOf), '--help', ...argumentWords(command.args)].join(' ');
    const files = command.args.some(({ completes }) => completes === 'file');
    const values = command.options.filter(takesValue).map((option) => `        ${bashValueCase(option)}`);
    return [
      `    ${command.name})`,
      ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, '      esac']),
      `      COMPREPLY=($(compgen -W ${quotePosix(words)} -- "$cur"))`,
      ...(files ? ['      case "$cur" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$cur")) ;; esac'] : []),
      ...(wantsHosts(command) ? ['      case "$cur" in -*) ;; *) _unbusy_hosts ;; esac'] : []),
      '      ;;',
    ].join('\n');
  });
  const names = [...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ');
  return `# bash completion for unbusy; source it
${BASH_HOSTS}
_unbusy() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quotePosix(names)} -- "$cur"))
    return
  fi
  case "$command" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _unbusy unbusy
`;
}

/** Text inside '…[…]' of _arguments: brackets and colons have a meaning there. */
const zshText = (text: string) => text.replaceAll(/[[\]:\\]/g, '\\$&');

function zshAction(completes: ArgumentSpec['completes']): string {
  if (completes === undefined) return ' ';
  if (completes === 'file') return '_files';
  return completes === 'host' ? '_unbusy_hosts' : `(${completes.join(' ')})`;
}

const ZSH_HOSTS = `_unbusy_hosts() {
  local -a from names
  local word before
  for word in $words; do
    case $before in -i|--inventory) from+=(-i "\${\${(Q)word}/#\\~\\//$HOME/}") ;; esac
    case $word in --inventory=*) from+=(-i "\${\${(Q)word}#--inventory=}") ;; esac
    before=$word
  done
  names=("\${(@f)$(unbusy inventory --names $from 2>/dev/null)}")
  compadd -- \${names:#}
}`;

function zshOption(option: OptionSpec): readonly string[] {
  const values = zshAction(option.choices ?? option.completes);
  const tail = takesValue(option) ? `:${zshText(option.value ?? 'value')}:${values}` : '';
  return flagsOf(option).map((flag) => quotePosix(`*${flag}[${zshText(option.help)}]${tail}`));
}

function zshArgument(arg: ArgumentSpec): string {
  const values = zshAction(arg.completes);
  return quotePosix(`${arg.variadic ? '*' : ''}:${zshText(arg.name)}:${values}`);
}

function zshScript(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name, summary }) => `    ${quotePosix(`${name}:${zshText(summary)}`)}`);
  const cases = commands.map(({ name, options, args }) => {
    const specs = [...options.flatMap(zshOption), ...args.map(zshArgument)];
    return `    ${name}) _arguments -s ${specs.join(' \\\n      ')} ;;`;
  });
  return `#compdef unbusy
${ZSH_HOSTS}
_unbusy() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _unbusy ]; then _unbusy "$@"; else compdef _unbusy unbusy; fi
`;
}

/** Inside '…' fish knows two escapes, for the quote and the backslash. */
const fishQuote = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

const FISH_ASK = '(__unbusy_hosts)';

const FISH_HOSTS = `function __unbusy_hosts
    set -l from
    set -l before
    for word in (commandline -opc)
        contains -- "$before" -i --inventory; and set -a from -i (string replace -r '^~/' "$HOME/" -- $word)
        string match -q -- '--inventory=*' $word; and set -a from -i (string replace -- '--inventory=' '' $word)
        set before $word
    end
    unbusy inventory --names $from 2>/dev/null
end`;

function fishScript(commands: readonly CommandSpec[]): string {
  const lines = ['# fish completion for unbusy', FISH_HOSTS, 'complete -c unbusy -f'];
  for (const command of commands) {
    const { name, summary, options, args } = command;
    const within = `-n ${fishQuote(`__fish_seen_subcommand_from ${name}`)}`;
    lines.push(`complete -c unbusy -n __fish_use_subcommand -a ${name} -d ${fishQuote(summary)}`);
    for (const option of options) {
      const short = option.short === undefined ? '' : ` -s ${option.short}`;
      const words = option.completes === 'host' ? FISH_ASK : option.choices?.join(' ');
      const values = words === undefined ? '' : ` -a ${fishQuote(words)}`;
      const takes = !takesValue(option) ? '' : option.completes === 'file' ? ' -r -F' : ' -x';
      lines.push(
        `complete -c unbusy ${within} -l ${option.name}${short}${takes}${values} -d ${fishQuote(option.help)}`,
      );
    }
    if (args.some(({ completes }) => completes === 'file')) lines.push(`complete -c unbusy ${within} -F`);
    const words = wantsHosts(command) ? [FISH_ASK] : argumentWords(args);
    if (words.length > 0) lines.push(`complete -c unbusy ${within} -a ${fishQuote(words.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}
