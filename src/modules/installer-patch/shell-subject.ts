import type { Problem } from './problem.ts';
import { readRunOptions } from './run-options.ts';
import { readCommand, readCommands, type ShellCommand } from './shell-commands.ts';
import { nodesOf, type ShellParser, type ShellScript } from './shell-parser.ts';
import { findPlace, type LinePlace } from './shell-place.ts';
import { findUnclear } from './shell-unclear.ts';
import { type Constants, readConstants, roundsOf } from './shell-words.ts';
import type { Site, Subject } from './subject.ts';

/** What a script is for: the hook goes after the last container is up, or before the first is stopped. */
export type ShellKind = 'shell_install' | 'shell_uninstall';

/** Reads a script of a product. */
export function readShellSubject(parse: ShellParser, text: string, kind: ShellKind): Subject {
  const script = parse(text);
  const constants = readConstants(script);
  const commands = readCommands(script, constants);
  const { faultAt } = script;
  const fault: readonly Problem[] =
    faultAt === undefined ? [] : [{ at: faultAt, why: 'the script cannot be understood from here on', hint: BY_HAND }];
  const returns = /\r\n/.exec(text);
  const odd =
    returns === null
      ? []
      : [{ at: returns.index, why: 'lines end in carriage returns, which no shell takes', hint: BY_HAND }];
  const comments = new Set([...nodesOf(script.root)].filter(({ type }) => type === 'comment').map(({ from }) => from));
  return {
    text,
    readable: faultAt === undefined,
    sites: kind === 'shell_install' ? commands.flatMap((command) => sitesOf(script, constants, command)) : [],
    problems: [...fault, ...odd, ...findUnclear(script, commands)],
    complete: !commands.some(
      ({ engine }) => engine?.action === 'starts' && ['up', 'deploy', 'play', 'kube'].includes(engine.verb.value),
    ),
    place: placeFor(script, commands, kind),
    isComment: (at) => comments.has(at),
  };
}

const BY_HAND = 'Edit it by hand; nothing was changed.';

/** Guesses what a script is for by what it does; undefined if it does both or neither. */
export function guessShellKind(parse: ShellParser, text: string): ShellKind | undefined {
  const script = parse(text);
  const actions = readCommands(script, readConstants(script)).map(({ engine }) => engine?.action);
  const starts = actions.some((action) => action === 'run' || action === 'starts');
  const ends = actions.includes('ends');
  return starts === ends ? undefined : starts ? 'shell_install' : 'shell_uninstall';
}

/** The container that a command starts; in a loop, one for each round. */
function sitesOf(script: ShellScript, constants: Constants, { engine, node }: ShellCommand): readonly Site[] {
  if (engine?.action !== 'run') return [];
  const rounds = roundsOf(script, node, constants);
  return rounds.flatMap((round) => siteOf(readCommand(script, node, round), rounds.length > 1));
}

function siteOf({ engine, node }: ShellCommand, looped: boolean): readonly Site[] {
  if (engine === undefined) return [];
  const { name, image, privileged, binds, unclear } = readRunOptions(engine.rest);
  const why = 'from here on nobody can tell the options from the image';
  return [
    {
      at: node.from,
      identity: { name, image },
      looped,
      privileged,
      privilege: { at: engine.verb.to, text: ' --privileged' },
      binds,
      unclear: unclear === undefined ? undefined : { at: unclear.from, why, hint: BY_HAND },
    },
  ];
}

function placeFor(script: ShellScript, commands: readonly ShellCommand[], kind: ShellKind): LinePlace | Problem {
  const actions = kind === 'shell_install' ? ['run', 'starts'] : ['ends'];
  const wanted = commands.filter(({ engine }) => engine !== undefined && actions.includes(engine.action));
  const last = wanted.at(-1);
  if (last === undefined) {
    const why = kind === 'shell_install' ? 'no container is started in it' : 'no container is stopped or removed in it';
    return { at: 0, why, hint: 'Name the script that does.' };
  }
  if (kind === 'shell_install' && last.through.includes('exec')) {
    return { at: last.node.from, why: 'exec ends the script here, so that nothing can come after it', hint: BY_HAND };
  }
  return findPlace(script, commands, wanted, kind === 'shell_install' ? 'after' : 'before');
}
