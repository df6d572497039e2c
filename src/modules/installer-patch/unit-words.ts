import { UNKNOWN, type Word } from './word.ts';

/** One command line of a unit: a setting with its continuation lines. */
export interface UnitCommand {
  readonly key: string;
  readonly at: number;
  readonly words: readonly Word[];
}

/** The command lines of the section [Service], systemd.syntax(7): a backslash at the end of a line goes on, and comments in between count for nothing. */
export function readUnitCommands(text: string): readonly UnitCommand[] {
  const commands: UnitCommand[] = [];
  let section = '';
  let at = 0;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const setting = /^[ \t]*(Exec\w+)[ \t]*=/.exec(line);
    const comment = /^[ \t]*[#;]/.test(line);
    section = /^[ \t]*\[([^\]]*)\]/.exec(line)?.[1] ?? section;
    let last = end;
    while (!comment && text[last - 1] === '\\' && last < text.length) last = continuedTo(text, last + 1);
    if (setting !== null && section === 'Service') {
      const words = splitWords(text, at + setting[0].length, last);
      commands.push({ key: setting[1] ?? '', at: at + setting[0].search(/\S/), words });
    }
    at = last + 1;
  }
  return commands;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** The end of the line that goes on, beyond comment lines. */
function continuedTo(text: string, from: number): number {
  let at = from;
  while (/^[ \t]*[#;]/.test(text.slice(at, lineEnd(text, at))) && lineEnd(text, at) < text.length)
    at = lineEnd(text, at) + 1;
  return lineEnd(text, at);
}

/** What separates words: white space, the end of a continued line, and comment lines after it. */
const GAP = /(?:[ \t]|\\\n(?:[ \t]*[#;][^\n]*\n)*)+/y;
const PART = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|((?:\\(?!\n)[\s\S]|[^\s'"\\])+)/y;

function splitWords(text: string, from: number, to: number): readonly Word[] {
  const words: Word[] = [];
  let at = from;
  while (at < to) {
    GAP.lastIndex = at;
    at += GAP.exec(text)?.[0].length ?? 0;
    if (at >= to) break;
    const word = readWord(text, at, to);
    words.push(word);
    at = Math.max(word.to, at + 1);
  }
  return words;
}

function readWord(text: string, from: number, to: number): Word {
  let [at, value, end] = [from, '', from];
  for (;;) {
    PART.lastIndex = at;
    const part = at < to ? PART.exec(text) : null;
    if (part === null) break;
    at += part[0].length;
    end = part[3] === undefined ? at - 1 : at;
    value += plainValue(part[1] ?? part[2] ?? part[3] ?? '');
  }
  const list = /^\$[A-Za-z_]\w*$/.test(text.slice(from, at));
  // A quote that is never closed hides the rest.
  return at === from
    ? { from, to, value: UNKNOWN, splits: true, list: true, end: to }
    : { from, to: at, value, splits: list, list, end };
}

/** Escapes, environment variables and specifiers (%i) of systemd.service(5). */
function plainValue(text: string): string {
  return text.replace(
    /\\([\s\S])|\$\$|%%|\$\{\w+\}|\$[A-Za-z_]\w*|%[A-Za-z]/g,
    (found, escaped: string | undefined) => {
      if (escaped !== undefined) return /[\\"' ]/.test(escaped) ? escaped : UNKNOWN;
      return found === '$$' ? '$' : found === '%%' ? '%' : UNKNOWN;
    },
  );
}
