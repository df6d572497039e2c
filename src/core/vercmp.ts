/** Words that mark something older than the release itself, from oldest to newest; `~` is Debian's (deb-version(7)). */
const BEFORE_RELEASE = ['~', 'dev', 'alpha', 'a', 'beta', 'b', 'pre', 'preview', 'rc'];

/** One run of a version: a number, a word, or `~`. */
type Part = bigint | string;

/**
 * Compares two versions of Docker, of a kernel or of a package: below 0, 0, above 0.
 * Runs of digits compare as numbers, runs of letters as text; a number is newer than a word, a word newer than
 * nothing, and rc, beta, alpha, dev, ~ older than nothing. Docker's edition (-ce, -ee), a leading v, an epoch (5:),
 * what follows a plus sign and zeros at the end do not count: 17.12.1-ce equals 17.12.1, and 1.10 equals 1.10.0.
 * Numbers that distributions backport to (el7) say little: where it matters, probe the feature instead.
 */
export function vercmp(a: string, b: string): -1 | 0 | 1 {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareParts(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** True if the text has a digit, so that it can be a version at all. */
export function isVersion(text: string): boolean {
  return /\d/.test(text);
}

function parts(version: string): readonly Part[] {
  const plain = version
    .trim()
    .toLowerCase()
    .replace(/^\d+:/, '')
    .replace(/^v(?=\d)/, '')
    .replace(/\+.*$/s, '');
  const found: Part[] = [];
  for (const [run] of plain.matchAll(/\d+|[a-z]+|~/g)) {
    if (run === 'ce' || run === 'ee') continue;
    if (!/^\d/.test(run)) dropZeros(found);
    found.push(/^\d/.test(run) ? BigInt(run) : run);
  }
  dropZeros(found);
  return found;
}

/** A zero that only a word or nothing follows says nothing: 3.10.0 is 3.10. */
function dropZeros(found: Part[]): void {
  while (found.at(-1) === 0n) found.pop();
}

function compareParts(a: Part | undefined, b: Part | undefined): -1 | 0 | 1 {
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return ranks < 0 ? -1 : 1;
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}

/** Words before the release have ranks below 0, nothing is 0, a word 1, a number 2. */
function rank(part: Part | undefined): number {
  if (part === undefined) return 0;
  if (typeof part === 'bigint') return 2;
  const before = BEFORE_RELEASE.indexOf(part);
  return before === -1 ? 1 : before - BEFORE_RELEASE.length;
}
