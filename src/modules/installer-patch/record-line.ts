import { quotePosix } from '../../core/text.ts';

/** What was added to a file, as the file itself remembers it. */
export interface Additions {
  /** Keys of containers: the pattern, and `#2` for the second that it means. */
  readonly privileged: readonly string[];
  /** Keys of binds: the container's key and the number of the bind. */
  readonly rslave: readonly string[];
  readonly hook: string | undefined;
}

/** Lines that were added, with what they say; `from` to `to` holds them with their line breaks. */
export interface FoundRecord {
  readonly additions: Additions;
  readonly from: number;
  readonly to: number;
}

const HEAD = '# unbusy: installer_patch';

/** The lines that remember what was added; the hook's call never fails the script that it stands in, nor reads its input, nor hides what failed before it. */
export function recordLines({ privileged, rslave, hook }: Additions, indent: string): string {
  const words = [
    ...(privileged.length > 0 ? [`privileged=${privileged.join(',')}`] : []),
    ...(rslave.length > 0 ? [`rslave=${rslave.join(',')}`] : []),
    ...(hook === undefined ? [] : ['hook']),
  ];
  const call = hook === undefined ? '' : `${indent}${hookLine(quotePosix(hook))}\n`;
  return `${indent}${HEAD} ${words.join(' ')}\n${call}`;
}

/**
 * What stands below it may ask for $?, or the script may end there: the line leaves it as it was. XCU 2.8.1 and set -e: what
 * stands before && ends no script.
 */
function hookLine(quoted: string): string {
  return `unbusy_was=$?; if [ -x ${quoted} ]; then ${quoted} </dev/null || :; fi; (exit "$unbusy_was") && :`;
}

/** Finds such lines; `edited` is the offset of one that is no longer as it was written. */
export function findRecords(text: string): {
  readonly records: readonly FoundRecord[];
  readonly edited: readonly number[];
} {
  const records: FoundRecord[] = [];
  const edited: number[] = [];
  for (const match of text.matchAll(/^([ \t]*)# unbusy: installer_patch\b(.*)(?:\n|$)/gm)) {
    const found = readRecord(text, match.index, match[0], match[1] ?? '', match[2] ?? '');
    if (found === undefined) edited.push(match.index + (match[1] ?? '').length);
    else records.push(found);
  }
  return { records, edited };
}

function readRecord(text: string, from: number, line: string, indent: string, words: string): FoundRecord | undefined {
  const parsed = /^(?: privileged=(\S+))?(?: rslave=(\S+))?( hook)?$/.exec(words);
  if (parsed === null || words === '') return undefined;
  const [, privileged, rslave, hooked] = parsed;
  const list = (each: string | undefined) => each?.split(',') ?? [];
  const additions = { privileged: list(privileged), rslave: list(rslave), hook: undefined };
  const to = from + line.length;
  if (hooked === undefined) return withEdge(text, { additions, from, to });
  const call = /^[^\n]*(?:\n|$)/.exec(text.slice(to))?.[0] ?? '';
  const quoted = /^unbusy_was=\$\?; if \[ -x ('(?:[^']|'\\'')*') \]; then /.exec(call.slice(indent.length))?.[1];
  if (quoted === undefined || call.replace(/\n$/, '') !== `${indent}${hookLine(quoted)}`) return undefined;
  const hook = quoted.slice(1, -1).replaceAll("'\\''", "'");
  return withEdge(text, { additions: { ...additions, hook }, from, to: to + call.length });
}

/** Lines at the end of a text without a last newline came with the newline before them. */
function withEdge(text: string, record: FoundRecord): FoundRecord {
  const joined = record.to === text.length && !text.endsWith('\n') && text[record.from - 1] === '\n';
  return joined ? { ...record, from: record.from - 1 } : record;
}
