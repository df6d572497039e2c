import { type EngineCall, isEngine, readEngineCall, TELLING } from './engine-call.ts';
import { nodesOf, type ShellNode, type ShellScript } from './shell-parser.ts';
import { type Constants, commandWords } from './shell-words.ts';
import { commandName, UNKNOWN, type Word } from './word.ts';

/** A simple command with the words that sudo, xargs and their like run. */
export interface ShellCommand {
  readonly node: ShellNode;
  /** As it stands. */
  readonly words: readonly Word[];
  /** What is run in the end. */
  readonly inner: readonly Word[];
  /** The programs that were passed on the way, such as sudo. */
  readonly through: readonly string[];
  readonly engine: EngineCall | undefined;
}

/** Programs that run the command that follows their options; of these options the next word is the value. */
const WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  sudo: [
    '-u',
    '-g',
    '-h',
    '-p',
    '-C',
    '-r',
    '-t',
    '-T',
    '-U',
    '-D',
    '-R',
    '--user',
    '--group',
    '--host',
    '--prompt',
    '--chdir',
  ],
  doas: ['-u', '-C'],
  env: ['-u', '-C', '-S', '--unset', '--chdir'],
  nohup: [],
  exec: ['-a'],
  command: [],
  builtin: [],
  time: ['-f', '-o'],
  nice: ['-n'],
  ionice: ['-c', '-n'],
  setsid: [],
  stdbuf: ['-i', '-o', '-e'],
  timeout: ['-k', '-s', '--signal', '--kill-after'],
  xargs: [
    '-a',
    '-d',
    '-E',
    '-I',
    '-L',
    '-n',
    '-P',
    '-s',
    '--max-args',
    '--max-procs',
    '--delimiter',
    '--arg-file',
    '--replace',
  ],
};

/** All simple commands of a script in the order of the text, those inside of substitutions too. */
export function readCommands(script: ShellScript, constants: Constants): readonly ShellCommand[] {
  return [...nodesOf(script.root)]
    .filter(({ type }) => type === 'command')
    .map((node) => readCommand(script, node, constants));
}

/** One simple command, with what its variables hold. */
export function readCommand(script: ShellScript, node: ShellNode, constants: Constants): ShellCommand {
  const words = commandWords(script, node, constants);
  const { inner, through } = unwrap(words);
  return { node, words, inner, through, engine: readEngineCall(inner) };
}

/** Takes off sudo, xargs and their like. */
export function unwrap(words: readonly Word[]): { inner: readonly Word[]; through: readonly string[] } {
  const through: string[] = [];
  let inner = words;
  for (;;) {
    const name = commandName(inner[0]);
    // `$SUDO docker run`: whatever runs it, the words of docker are these.
    if (name === undefined && isEngine(commandName(inner[1])) && TELLING.includes(inner[2]?.value ?? '')) {
      return { inner: inner.slice(1), through };
    }
    const valued = name === undefined || !Object.hasOwn(WRAPPERS, name) ? undefined : WRAPPERS[name];
    if (name === undefined || valued === undefined) return { inner, through };
    through.push(name);
    inner = afterOptions(inner.slice(1), valued, name);
  }
}

function afterOptions(words: readonly Word[], valued: readonly string[], name: string): readonly Word[] {
  let at = 0;
  while (at < words.length) {
    const value = words[at]?.value ?? '';
    if (value === '--') {
      at += 1;
      break;
    }
    const assigns = (name === 'env' || name === 'sudo' || name === 'doas') && /^\w+=/.test(value);
    if (!assigns && (!value.startsWith('-') || value.includes(UNKNOWN))) break;
    at += valued.includes(value) ? 2 : 1;
  }
  return words.slice(name === 'timeout' ? at + 1 : at);
}
