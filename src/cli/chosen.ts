import type { Given } from './given.ts';
import { type Inputs, loadPlaybookAndInputs, type PlaybookFile } from './load-inputs.ts';
import type { Selection } from './selection.ts';

/** The playbook, hosts and tasks that the options choose. `onInputs` hears of the hosts before the playbook is read. */
export function chosen(file: string, given: Given, onInputs?: (inputs: Inputs) => void): Selection & PlaybookFile {
  const tags = (name: string) => wordsOf(given.list(name));
  return { ...loadPlaybookAndInputs(file, given, onInputs), tags: tags('tags'), skipTags: tags('skip-tags') };
}

/** Tags stand in one word with commas, or in several options. */
function wordsOf(list: readonly string[]): readonly string[] {
  return list
    .flatMap((each) => each.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
