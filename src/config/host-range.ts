/** More names than this from one range are taken for a slip. */
const MAX_NAMES = 100_000;

/** Why a range cannot be expanded. */
export interface RangeFault {
  readonly message: string;
  readonly hint?: string;
}

/**
 * The names of web[01:40], web[a:f], web[1:10:2] (as in Ansible: both ends count, leading zeros are kept) and of the
 * folded form that reports print, web[02,07,33-42]. Several brackets multiply. A name without brackets is itself.
 */
export function expandRange(text: string): readonly string[] | RangeFault {
  let names: readonly string[] = [''];
  let at = 0;
  for (let open = text.indexOf('['); open !== -1; open = text.indexOf('[', at)) {
    const close = text.indexOf(']', open);
    if (close === -1) return { message: `the [ of "${text}" is never closed` };
    const members = expandMembers(text.slice(open + 1, close));
    if ('message' in members) return members;
    if (names.length * members.length > MAX_NAMES) return tooMany(text);
    const head = text.slice(at, open);
    names = names.flatMap((name) => members.map((member) => name + head + member));
    at = close + 1;
  }
  if (text.slice(at).includes(']')) return { message: `the ] of "${text}" has no [ before it` };
  return names.map((name) => name + text.slice(at));
}

function expandMembers(inside: string): readonly string[] | RangeFault {
  const all: string[] = [];
  for (const member of inside.split(',')) {
    const expanded = expandMember(member.trim());
    if ('message' in expanded) return expanded;
    all.push(...expanded);
  }
  return all;
}

function expandMember(member: string): readonly string[] | RangeFault {
  if (/^(\d+|[A-Za-z])$/.test(member)) return [member];
  const match = /^(\d+|[A-Za-z])[:-](\d+|[A-Za-z])(?::(\d+))?$/.exec(member);
  const [from, to, step] = [match?.[1], match?.[2], Number(match?.[3] ?? 1)];
  if (from === undefined || to === undefined)
    return { message: `"[${member}]" is not a range`, hint: 'Write [01:40], [a:f], [1:10:2] or [02,07,33-42].' };
  const digits = /^\d/.test(from);
  if (digits !== /^\d/.test(to)) return { message: `"[${member}]" mixes a number and a letter` };
  if (step === 0) return { message: `"[${member}]" has a step of 0` };
  if (digits && from.startsWith('0') && from.length > 1 && from.length !== to.length)
    return {
      message: `"[${member}]" has ends of different length`,
      hint: 'Write both with the same number of digits, as in [01:40].',
    };
  const [first, last] = digits ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  if (first > last) return { message: `"[${member}]" runs backwards` };
  if ((last - first) / step > MAX_NAMES) return tooMany(`[${member}]`);
  const names: string[] = [];
  for (let value = first; value <= last; value += step)
    names.push(
      digits ? String(value).padStart(from.startsWith('0') ? from.length : 0, '0') : String.fromCharCode(value),
    );
  return names;
}

function tooMany(text: string): RangeFault {
  return { message: `"${text}" stands for more than ${MAX_NAMES} names` };
}
