/** An assignment of a unit file: one line, or several that end in a backslash but for the last. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Without spaces around it, continuation lines joined by a space. */
  readonly value: string;
  /** First physical line, counted from 0. */
  readonly start: number;
  /** The physical line after its last one. */
  readonly end: number;
}

/** A unit file as lines, each with the line end that it has in the file. */
export interface UnitText {
  readonly lines: readonly string[];
  readonly assignments: readonly Assignment[];
  /** Index after the last line that says something, for each section that has a header; the last header of a name wins. */
  readonly sectionEnds: ReadonlyMap<string, number>;
}

/**
 * Reads a unit file as systemd does (systemd.syntax(7)): `#` and `;` begin a comment, also between continuation lines;
 * a line that ends in an odd number of backslashes goes on in the next one; sections of one name are one section.
 */
export function parseUnit(text: string): UnitText {
  const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r|$)/g)?.filter((line) => line !== '') ?? [];
  const assignments: Assignment[] = [];
  const sectionEnds = new Map<string, number>();
  let section = '';
  for (let at = 0; at < lines.length; ) {
    const { joined, end } = logicalLine(lines, at);
    const header = /^\[([^\]]*)\]$/.exec(joined);
    if (header !== null) section = header[1] ?? '';
    if (joined !== '') sectionEnds.set(section, end);
    const equals = joined.indexOf('=');
    if (header === null && equals > 0) {
      const key = joined.slice(0, equals).trim();
      assignments.push({ section, key, value: joined.slice(equals + 1).trim(), start: at, end });
    }
    at = end;
  }
  return { lines, assignments, sectionEnds };
}

/** What systemd reads from this line on, and where the next one begins. Empty for a comment or a blank line. */
function logicalLine(lines: readonly string[], start: number): { readonly joined: string; readonly end: number } {
  const parts: string[] = [];
  let end = start;
  while (end < lines.length) {
    const line = (lines[end] ?? '').replace(/[\r\n]+$/, '').replace(/^\ufeff/, '');
    end++;
    if (/^\s*[#;]/.test(line)) {
      if (parts.length === 0) break;
      continue;
    }
    const goesOn = (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    parts.push(goesOn ? line.slice(0, -1) : line);
    if (!goesOn) break;
  }
  return { joined: parts.join(' ').trim(), end };
}

/** The last value of a key in [Service] for which `counts` holds; undefined if there is none. systemd ignores values that it does not know. */
export function lastValue(unit: UnitText, key: string, counts: (value: string) => boolean): string | undefined {
  return unit.assignments.findLast((each) => isOf(each, key) && counts(each.value))?.value;
}

/** The text without the assignments of a key in [Service] whose value `drops` names; every other byte stays. */
export function dropAssignments(text: string, key: string, drops: (value: string) => boolean): string {
  const { lines, assignments } = parseUnit(text);
  const gone = assignments.filter((each) => isOf(each, key) && drops(each.value));
  return lines.filter((_, at) => !gone.some(({ start, end }) => at >= start && at < end)).join('');
}

/**
 * The text with that value for a key of [Service]: the last assignment is rewritten, with its indentation and its spaces
 * around `=`; without one, a line follows the last one of [Service]. The line end is that of the lines around it.
 */
export function setAssignment(text: string, key: string, value: string): string {
  const unit = parseUnit(text);
  const lines = [...unit.lines];
  const last = unit.assignments.findLast((each) => isOf(each, key));
  if (last !== undefined) {
    const head = /^\s*[^=]*=[ \t]*/.exec(lines[last.start] ?? '')?.[0].replace(/[\r\n]+$/, '') ?? `${key}=`;
    lines.splice(last.start, last.end - last.start, `${head}${value}${lineEnd(lines[last.end - 1] ?? '')}`);
    return lines.join('');
  }
  const newLine = lineEnd(lines[0] ?? '') || '\n';
  const at = unit.sectionEnds.get('Service') ?? lines.length;
  const before = lines[at - 1];
  if (before !== undefined && lineEnd(before) === '') lines[at - 1] = `${before}${newLine}`;
  const header = unit.sectionEnds.has('Service') ? [] : [`[Service]${newLine}`];
  lines.splice(at, 0, ...header, `${key}=${value}${newLine}`);
  return lines.join('');
}

/** True if nothing is left but comments, blank lines and headers. */
export function saysNothing(text: string): boolean {
  return parseUnit(text).assignments.length === 0;
}

function isOf(each: Assignment, key: string): boolean {
  return each.section === 'Service' && each.key === key;
}

function lineEnd(line: string): string {
  return /[\r\n]+$/.exec(line)?.[0] ?? '';
}
