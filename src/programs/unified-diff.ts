import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** Edits after which the search for the shortest diff is given up; deterministic, where a time limit would not be. */
const MAX_EDITS = 1000;

/** A unified diff with three lines of context; `oldText` undefined: the file is new. */
export function unifiedDiff(path: string, oldText: string | undefined, newText: string): string {
  const oldName = oldText === undefined ? '/dev/null' : path;
  const patch = createTwoFilesPatch(oldName, path, oldText ?? '', newText, undefined, undefined, {
    context: 3,
    maxEditLength: MAX_EDITS,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch ?? `${path}: more than ${MAX_EDITS} lines differ\n`;
}
