import { isEngine, TELLING } from './engine-call.ts';
import type { Problem } from './problem.ts';
import type { ShellCommand } from './shell-commands.ts';
import { nodesOf, type ShellScript } from './shell-parser.ts';
import { commandName, UNKNOWN, type Word } from './word.ts';

/** Programs that read what they are given as a script. */
const INTERPRETERS = [
  'eval',
  'sh',
  'bash',
  'dash',
  'ash',
  'ksh',
  'zsh',
  'su',
  'ssh',
  'runuser',
  'chroot',
  'nsenter',
  'parallel',
  'watch',
  'trap',
];
/** Programs that only print their words. */
const PRINTERS = [
  'echo',
  'printf',
  'logger',
  'alias',
  'which',
  'type',
  'test',
  'grep',
  'pgrep',
  'pkill',
  'killall',
  'man',
  'cat',
];
const READERS = [
  'tail',
  'head',
  'sed',
  'awk',
  'gawk',
  'dd',
  'cat',
  'grep',
  'tar',
  'base64',
  'cut',
  'md5sum',
  'sha256sum',
  'wc',
];
const MENTIONS = /\b(docker|podman|nerdctl)\b/;
/** A text that calls an engine; `get.docker.com | sh` does not. */
const CALLS = new RegExp(
  `\\b(docker|podman|nerdctl)(-compose)?\\s+([^\\n]*\\s)?(\\$|(${TELLING.filter((each) => each !== 'ps').join('|')})\\b)`,
);

/** Everything in a script that could run a container engine where nobody can see it, in the order of the text. */
export function findUnclear(script: ShellScript, commands: readonly ShellCommand[]): readonly Problem[] {
  const functions = new Set(functionNames(script));
  const found = commands.flatMap((command) => judge(script, command, functions) ?? []);
  return [...found, ...hiddenNames(script)].sort((one, other) => one.at - other.at);
}

function judge(script: ShellScript, command: ShellCommand, functions: ReadonlySet<string>): Problem | undefined {
  const { inner, node, engine } = command;
  const name = commandName(inner[0]);
  const text = script.text.slice(node.from, node.to);
  const at = inner[0]?.from ?? node.from;
  const readsItself =
    READERS.includes(name ?? '') && inner.slice(1).some((word) => /^"?\$\{?0\}?"?$/.test(raw(script, word)));
  if (readsItself)
    return { at, why: 'the script reads its own text here, which a new line would shift', hint: BY_HAND };
  if (engine?.action === 'unknown') {
    return { at: engine.verb.from, why: 'which command of docker this is comes from an expansion', hint: BY_HAND };
  }
  if (engine !== undefined) return undefined;
  if (name === undefined) return hiddenCommand(script, inner, at);
  if (INTERPRETERS.includes(name)) return interpreted(script, command, name, at);
  if (PRINTERS.includes(name)) return undefined;
  const passed = inner.findIndex(
    (word, index) => isEngine(commandName(word)) && TELLING.includes(inner[index + 1]?.value ?? ''),
  );
  if (passed < 1) return undefined;
  const through = functions.has(name) ? `the function ${name}` : name;
  return {
    at: inner[passed]?.from ?? at,
    why: `docker is called through ${through}: ${oneLine(text)}`,
    hint: 'Call docker itself there, or edit by hand.',
  };
}

const BY_HAND = 'Edit it by hand; nothing was changed.';

/** A command whose name is an expansion: docker, if a word after it is one of docker's. */
function hiddenCommand(script: ShellScript, inner: readonly Word[], at: number): Problem | undefined {
  const [first, ...rest] = inner;
  if (first === undefined) return undefined;
  const words = rest.slice(0, 4).map(({ value }) => value);
  const telling = words.some((value) => TELLING.includes(value) || isEngine(value));
  if (!telling && !MENTIONS.test(raw(script, first).toLowerCase())) return undefined;
  return {
    at,
    why: `docker may be called through ${oneLine(raw(script, first))} here`,
    hint: 'Write docker itself there, or edit by hand.',
  };
}

/** What brings a command its input. */
const CARRIERS = ['redirected_statement', 'pipeline', 'heredoc_redirect'];

/** A text that is read as a script: fine if it is all known and has no container engine in it. */
function interpreted(
  script: ShellScript,
  { node, inner }: ShellCommand,
  name: string,
  at: number,
): Problem | undefined {
  let around = node;
  while (around.parent !== undefined && CARRIERS.includes(around.parent.type)) around = around.parent;
  const whole = script.text.slice(around.from, around.to);
  if (CALLS.test(whole)) return { at, why: `${name} is given a text with docker in it to run`, hint: BY_HAND };
  const evaluated = name === 'eval' || inner.some(({ value }) => value === '-c');
  const hidden = evaluated ? inner.slice(1).find(({ value, splits }) => splits || value.includes(UNKNOWN)) : undefined;
  if (hidden === undefined) return undefined;
  return { at: hidden.from, why: `${name} runs a text that is known only when the script runs`, hint: BY_HAND };
}

/** Functions, aliases and variables that stand for docker or for sudo. */
function hiddenNames(script: ShellScript): readonly Problem[] {
  const text = (node: { from: number; to: number } | undefined) => (node ? script.text.slice(node.from, node.to) : '');
  return [...nodesOf(script.root)].flatMap((node) => {
    if (node.type === 'function_definition') {
      const name = text(node.children.find(({ field }) => field === 'name'));
      if (!isEngine(name) && name !== 'sudo') return [];
      return [{ at: node.from, why: `${name} is a function of this script`, hint: BY_HAND }];
    }
    if (node.type !== 'command' || text(node.children[0]) !== 'alias') return [];
    return MENTIONS.test(text(node))
      ? [{ at: node.from, why: 'docker is called through an alias', hint: BY_HAND }]
      : [];
  });
}

/** Names of the functions that a script defines. */
export function functionNames(script: ShellScript): readonly string[] {
  return [...nodesOf(script.root)]
    .filter(({ type }) => type === 'function_definition')
    .flatMap(({ children }) => children.filter(({ field }) => field === 'name'))
    .map(({ from, to }) => script.text.slice(from, to));
}

const raw = (script: ShellScript, word: Word | undefined) =>
  word === undefined ? '' : script.text.slice(word.from, word.to);
const oneLine = (text: string) => text.replace(/\\?\s+/g, ' ').slice(0, 60);
