/**
 * Quotes one word for a POSIX shell (XCU 2.2.2): single quotes, each inner quote as '\''.
 * Throws on NUL, which no shell argument can hold.
 */
export function quotePosix(word: string): string {
  if (word.includes('\0')) throw new TypeError('a shell argument cannot hold a NUL byte');
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Text for a terminal or a log: every control character, also of C1, and the marks that reorder or hide text
 * become visible \xNN or \u{NNNN}; newline and tab stay only where `keep` says so.
 */
export function printable(text: string, keep: 'none' | 'lines' = 'none'): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, (char) => {
    if (keep === 'lines' && (char === '\n' || char === '\t')) return char;
    const point = char.codePointAt(0) ?? 0;
    return point < 256 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
  });
}

/** Bytes as the operand of printf %b: what is not plain ASCII becomes \0ooo, so that any POSIX printf gives the bytes back, NUL too. */
export function encodePrintf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

/** The nearest of the known words, or undefined if none is near enough to be a slip of the fingers. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  scored.sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate));
  const best = scored[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein distance with swapped neighbours counted as one slip. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
