/**
 * Why a regular expression must not be run, or undefined if it may. JavaScript's engine backtracks: a quantifier inside
 * a quantified group can take longer than a day on thirty characters, so what may do that is refused before it runs.
 */
export function patternDanger(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
  } catch (error) {
    return `it is not valid (${error instanceof Error ? error.message : String(error)})`;
  }
  if (/\\[1-9]|\\k</.test(pattern)) return 'it refers back to a group, which can take for ever';
  if (/\(\?<?[=!]/.test(pattern)) return 'it looks ahead or behind, which can take for ever';
  return nestedQuantifier(pattern)
    ? 'it repeats a group that itself repeats or has alternatives, which can take for ever'
    : undefined;
}

/** True if a repeated group holds an unbounded repeat or an alternative. */
function nestedQuantifier(pattern: string): boolean {
  const groups: boolean[] = [];
  const outer = () => groups.length - 1;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '\\') i += 1;
    else if (char === '[') i = endOfClass(pattern, i);
    else if (char === '(') groups.push(false);
    else if (char === '|' && groups.length > 0) groups[outer()] = true;
    else if (char === ')') {
      const repeats = groups.pop() ?? false;
      if (repeats && isRepeat(pattern, i + 1)) return true;
      if ((repeats || isRepeat(pattern, i + 1)) && groups.length > 0) groups[outer()] = true;
    } else if (isRepeat(pattern, i) && groups.length > 0) groups[outer()] = true;
  }
  return false;
}

/** True if a quantifier without a small upper bound stands here: * + {2,} {2,1000}. */
function isRepeat(pattern: string, at: number): boolean {
  const char = pattern[at];
  if (char === '*' || char === '+') return true;
  const bounds = char === '{' ? /^\{\d+(,?)(\d*)\}/.exec(pattern.slice(at)) : null;
  if (bounds === null) return false;
  if (bounds[1] === '') return false;
  return bounds[2] === '' || Number(bounds[2]) > 10;
}

function endOfClass(pattern: string, start: number): number {
  for (let i = start + 1; i < pattern.length; i++) {
    if (pattern[i] === '\\') i += 1;
    else if (pattern[i] === ']' && i > start + 1) return i;
  }
  return pattern.length;
}
