import { readEngineCall } from './engine-call.ts';
import type { Problem } from './problem.ts';
import { readRunOptions } from './run-options.ts';
import { unwrap } from './shell-commands.ts';
import type { Site, Subject } from './subject.ts';
import { readUnitCommands, type UnitCommand } from './unit-words.ts';
import { commandName, UNKNOWN, type Word } from './word.ts';

const BY_HAND = 'Edit it by hand; nothing was changed.';
const SHELLS = ['sh', 'bash', 'dash', 'ash'];

/** Reads a systemd unit whose ExecStart= or ExecStartPre= starts containers by docker run or docker create. */
export function readUnitSubject(text: string): Subject {
  const commands = readUnitCommands(text).filter(({ key }) => key === 'ExecStart' || key === 'ExecStartPre');
  const returns = text.indexOf('\r');
  const odd = { at: returns, why: 'lines end in carriage returns', hint: BY_HAND };
  return {
    text,
    readable: true,
    sites: commands.flatMap(siteOf),
    problems: [...(returns < 0 ? [] : [odd]), ...commands.flatMap(problemOf)],
    complete: true,
    place: { at: 0, indent: '' },
    isComment: (at) => at === 0,
  };
}

/** What runs a container where nobody can see it, or several commands in one line. */
function problemOf({ at, words }: UnitCommand): readonly Problem[] {
  const { inner } = unwrap(plainWords(words));
  const name = commandName(inner[0]);
  const call = readEngineCall(inner);
  const found = (why: string, where = at): readonly Problem[] => [{ at: where, why, hint: BY_HAND }];
  if (call?.action === 'unknown')
    return found('which command of docker this is comes from an expansion', call.verb.from);
  const separator = words.find(({ value, from, to }) => value === ';' && to - from === 1);
  if (separator !== undefined) return found('has several commands in one line', separator.from);
  const text = inner.map(({ value }) => value).join(' ');
  const hidden = name === undefined ? inner[0]?.value.includes(UNKNOWN) : SHELLS.includes(name);
  if (hidden && /\b(docker|podman|nerdctl)\b[\s\S]*\b(run|create)\b/.test(text))
    return found('docker is run through a shell or an expansion');
  return [];
}

/** The first word without the signs that systemd.service(5) allows before the path. */
function plainWords([first, ...rest]: readonly Word[]): readonly Word[] {
  return first === undefined ? [] : [{ ...first, value: first.value.replace(/^[-:+!|@]+/, '') }, ...rest];
}

function siteOf({ at, words }: UnitCommand): readonly Site[] {
  const call = readEngineCall(unwrap(plainWords(words)).inner);
  if (call?.action !== 'run') return [];
  const { name, image, privileged, binds, unclear } = readRunOptions(call.rest);
  const why = 'from here on nobody can tell the options from the image';
  return [
    {
      at,
      identity: { name, image },
      looped: false,
      privileged,
      privilege: { at: call.verb.to, text: ' --privileged' },
      binds,
      unclear: unclear === undefined ? undefined : { at: unclear.from, why, hint: BY_HAND },
    },
  ];
}
