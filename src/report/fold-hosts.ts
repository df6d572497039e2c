/** A name cut at the number that changes from node to node. */
interface Parts {
  readonly prefix: string;
  readonly digits: string;
  readonly suffix: string;
}

/** Longer numbers are not counted with. */
const MAX_DIGITS = 15;

/**
 * Host names as node ranges, joined by commas: cd01,cd02,cd03,db1 become `cd[01-03],db1`. Leading zeros count:
 * `[09-11]` is 09, 10, 11 and `[9-11]` is 9, 10, 11. The number that is folded is the last one of the first label,
 * or the last of all if the first label has none or the name is an IPv4 address.
 */
export function foldHosts(names: readonly string[]): string {
  const groups = new Map<string, { readonly parts: Parts; readonly digits: Set<string> }>();
  for (const name of names) {
    const parts = cutName(name);
    const key = `${parts.prefix}\0${parts.suffix}\0${parts.digits === '' ? name : ''}`;
    const group = groups.get(key) ?? { parts, digits: new Set<string>() };
    group.digits.add(parts.digits);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ parts, digits }) => foldGroup(parts, [...digits])).join(',');
}

/** The names of `foldHosts`, in the order of the ranges: its inverse. */
export function expandHosts(folded: string): readonly string[] {
  return splitTop(folded).flatMap((word) => {
    const match = /^([^[\]]*)\[([^[\]]*)\]([^[\]]*)$/.exec(word);
    if (match === null) return word === '' ? [] : [word];
    const [, prefix = '', ranges = '', suffix = ''] = match;
    return ranges.split(',').flatMap((range) => expandRange(range).map((digits) => `${prefix}${digits}${suffix}`));
  });
}

/** As `foldHosts`, cut to so many columns: what does not fit is counted, as in `cd[01,03],(+12)`. */
export function foldHostsWithin(names: readonly string[], columns: number): string {
  const whole = foldHosts(names);
  if (whole.length <= columns) return whole;
  let [few, many] = [1, names.length];
  while (few < many) {
    const middle = Math.ceil((few + many) / 2);
    if (withRest(names, middle).length <= columns) few = middle;
    else many = middle - 1;
  }
  return withRest(names, few);
}

function withRest(names: readonly string[], count: number): string {
  return `${foldHosts(names.slice(0, count))},(+${names.length - count})`;
}

function cutName(name: string): Parts {
  const whole = { prefix: name, digits: '', suffix: '' };
  if (/[[\],]/.test(name)) return whole;
  const label = /^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : (/^[^.]*\d[^.]*/.exec(name)?.[0] ?? name);
  const match = /^(.*?)(\d+)(\D*)$/.exec(label);
  if (match === null) return whole;
  const [, prefix = '', digits = '', rest = ''] = match;
  return digits.length > MAX_DIGITS ? whole : { prefix, digits, suffix: rest + name.slice(label.length) };
}

function foldGroup(parts: Parts, digits: string[]): string {
  const { prefix, suffix } = parts;
  if (digits.length === 1) return `${prefix}${digits[0]}${suffix}`;
  digits.sort((a, b) => Number(a) - Number(b) || a.length - b.length);
  const runs: { first: string; last: string }[] = [];
  for (const text of digits) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run, text)) run.last = text;
    else runs.push({ first: text, last: text });
  }
  const ranges = runs.map(({ first, last }) => (first === last ? first : rangeText(first, last)));
  return `${prefix}[${ranges.join(',')}]${suffix}`;
}

/** Two neighbours are shorter to read as a list. */
function rangeText(first: string, last: string): string {
  return Number(last) - Number(first) === 1 ? `${first},${last}` : `${first}-${last}`;
}

/** A range that begins with a zero keeps its width, so that both of its ends are equally long. */
function follows(run: { readonly first: string; readonly last: string }, text: string): boolean {
  const widened = run.first.startsWith('0') && text.length > run.first.length;
  return text === successor(run.first, run.last) && (!widened || run.first === '0');
}

/** The number after `last` in a range that begins with `first`: a leading zero there fixes the width. */
function successor(first: string, last: string): string {
  return String(Number(last) + 1).padStart(first.startsWith('0') ? first.length : 1, '0');
}

function expandRange(range: string): string[] {
  const [first = '', last] = range.split('-');
  if (last === undefined) return [first];
  const found = [first];
  while (found.at(-1) !== last && found.length < 1_000_000) found.push(successor(first, found.at(-1) ?? ''));
  return found;
}

/** Words between the commas that stand outside of brackets. */
function splitTop(text: string): string[] {
  return text.match(/(?:\[[^\]]*\]|[^,[])+/g) ?? [];
}
