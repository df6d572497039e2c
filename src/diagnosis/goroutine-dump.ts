/** One call on a stack, the innermost first. */
export interface Frame {
  /** As Go prints it, without arguments: github.com/docker/docker/daemon.(*Daemon).Kill. */
  readonly name: string;
  /** FILE:LINE; empty if it was not told. */
  readonly place: string;
}

/** Goroutines that stand at the same place. */
export interface GoroutineGroup {
  readonly count: number;
  readonly frames: readonly Frame[];
  /** What they wait for (`chan receive`, `select`, `semacquire`); only a dump of whole stacks says so. */
  readonly states: readonly string[];
  /** How long the longest of them waits; only a dump of whole stacks says so, and only from one minute on. */
  readonly longestMinutes: number | undefined;
}

/** The goroutines of a process at one moment. */
export interface GoroutineDump {
  readonly total: number;
  /** The largest first. */
  readonly groups: readonly GoroutineGroup[];
  /** True if the end of it is missing, so that what is not in it may be there all the same. */
  readonly cut: boolean;
}

/**
 * Reads what Go's runtime/pprof prints of goroutines: `debug=1` (counts of equal stacks) or `debug=2` (each stack with its
 * state, also what SIGUSR1 makes dockerd write). Undefined if the text is neither.
 */
export function parseGoroutines(text: string, cut = false): GoroutineDump | undefined {
  const counted = /^goroutine profile: total (\d+)\s*$/m.exec(text);
  if (counted !== null) return parseCounts(text.slice(counted.index), Number(counted[1]), cut);
  return /^goroutine \d+ (?:.* )?\[[^\]]+\]:$/m.test(text) ? parseStacks(text, cut) : undefined;
}

/** Blocks such as `3 @ 0x43 0x44` followed by `#<tab>0x43<tab>FUNCTION+0x1a<tab>FILE:LINE`. */
function parseCounts(text: string, total: number, cut: boolean): GoroutineDump {
  const groups: GoroutineGroup[] = [];
  let frames: Frame[] = [];
  for (const line of text.split('\n')) {
    const head = /^(\d+) @ /.exec(line);
    if (head !== null) {
      frames = [];
      groups.push({ count: Number(head[1]), frames, states: [], longestMinutes: undefined });
      continue;
    }
    const frame = /^#\s+0x[0-9a-f]+\s+(\S+?)(?:\+0x[0-9a-f]+)?(?:\s+(\S.*))?$/.exec(line);
    if (frame !== null) frames.push({ name: frame[1] ?? '', place: frame[2] ?? '' });
  }
  const seen = groups.reduce((sum, { count }) => sum + count, 0);
  // The head counts the very goroutines that follow (printCountProfile of runtime/pprof): fewer of them are a missing end.
  return { total: Math.max(total, seen), groups: sorted(groups), cut: cut || seen < total };
}

/** Blocks such as `goroutine 12 [select, 5 minutes]:` followed by two lines a frame, ended by an empty line. */
function parseStacks(text: string, cut: boolean): GoroutineDump {
  const groups = new Map<string, { count: number; frames: Frame[]; states: Set<string>; longest: number }>();
  let total = 0;
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => STACK_HEAD.test(line));
    const head = STACK_HEAD.exec(lines[at] ?? '');
    if (head === null) continue;
    total += 1;
    const frames = stackFrames(lines.slice(at + 1));
    const [state = '', ...rest] = (head[1] ?? '').split(', ');
    const minutes = Number(
      rest.map((each) => /^(\d+) minutes$/.exec(each)?.[1]).find((each) => each !== undefined) ?? 0,
    );
    const key = frames.map(({ name }) => name).join('\n');
    const group = groups.get(key) ?? { count: 0, frames, states: new Set<string>(), longest: 0 };
    group.count += 1;
    group.states.add(state);
    group.longest = Math.max(group.longest, minutes);
    groups.set(key, group);
  }
  const told = [...groups.values()].map(({ count, frames, states, longest }) => ({
    ...{ count, frames, states: [...states].sort() },
    longestMinutes: longest === 0 ? undefined : longest,
  }));
  return { total, groups: sorted(told), cut };
}

const STACK_HEAD = /^goroutine \d+ (?:.* )?\[([^\]]+)\]:$/;

function stackFrames(lines: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  for (const [index, line] of lines.entries()) {
    if (/^\s/.test(line) || line.startsWith('created by ') || line === '') continue;
    const place = /^\s+(\S.*?)(?: \+0x[0-9a-f]+)?$/.exec(lines[index + 1] ?? '')?.[1] ?? '';
    frames.push({ name: withoutArguments(line), place });
  }
  return frames;
}

/** Arguments are the last pair of parentheses on the line; those of a receiver, (*Daemon), stay. */
function withoutArguments(line: string): string {
  return line.replace(/\([^()]*\)$/, '');
}

function sorted(groups: readonly GoroutineGroup[]): readonly GoroutineGroup[] {
  return [...groups].sort((a, b) => b.count - a.count);
}
