import type { LogLine } from './journal-facts.ts';
import type { Sign, Subject } from './journal-sign.ts';

/** A line that shows a sign. */
export interface Shown {
  readonly line: LogLine;
  readonly sign: Sign;
  readonly subject: Subject;
}

/** Logs before systemd 230 have whole seconds only. */
const TOGETHER_MS = 1000;

/** Each event once: a line without a name is left out beside the one that tells the same failure with its name. */
export function withoutEchoes(shown: readonly Shown[]): readonly Shown[] {
  const named = new Map<Sign, readonly { readonly each: Shown; readonly at: number }[]>();
  shown.forEach((each, at) => {
    if (each.sign.echoes === true && each.subject.kind !== 'host')
      named.set(each.sign, [...(named.get(each.sign) ?? []), { each, at }]);
  });
  return shown.filter((one, at) => {
    if (one.subject.kind !== 'host') return true;
    return !named.get(one.sign)?.some((other) => isOneEvent(one, other.each, Math.abs(at - other.at) === 1));
  });
}

function isOneEvent({ line: one }: Shown, { line: other }: Shown, adjacent: boolean): boolean {
  if (one.atMs === undefined || other.atMs === undefined) return false;
  if (Math.abs(one.atMs - other.atMs) > TOGETHER_MS) return false;
  const [here, there] = [placeIn(one.text), placeIn(other.text)];
  return here === undefined || there === undefined ? adjacent && one.from === other.from : here === there;
}

/** The path that is busy: the C library and Go put the words of errno 16 right behind it. */
function placeIn(text: string): string | undefined {
  return /(\/[^\s"]+): [dD]evice or resource busy/.exec(text)?.[1];
}
