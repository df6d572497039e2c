import type { Given } from './given.ts';
import { loadPlaybookAndInputs, type PlaybookFile } from './load-inputs.ts';
import type { Selection } from './selection.ts';

/** The playbook, hosts and tasks that the options choose. */
export function chosen(file: string, given: Given): Selection & PlaybookFile {
  const tags = (name: string) => wordsOf(given.list(name));
  return { ...loadPlaybookAndInputs(file, given), tags: tags('tags'), skipTags: tags('skip-tags') };
}

/** Tags stand in one word with commas, or in several options. */
function wordsOf(list: readonly string[]): readonly string[] {
  return list
    .flatMap((each) => each.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
