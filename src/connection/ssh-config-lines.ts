import { readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { HostPatterns } from './host-patterns.ts';

/** A configuration file and the directory that its relative Includes start from. */
export interface ConfigFile {
  readonly path: string;
  readonly includeDir: string;
}

/** What decides which settings an alias gets. `perHost` says why aliases cannot be grouped at all. */
export interface ConfigConditions {
  readonly conditions: readonly HostPatterns[];
  readonly perHost?: string;
}

/** Reads Host, Match and Include lines, and nothing else, to learn which aliases must get the same settings. */
export function readConditions(files: readonly ConfigFile[]): ConfigConditions {
  const reader = new ConditionReader();
  for (const file of files) reader.read(file, 0);
  return reader.result();
}

/** Which conditions hold for an alias: aliases with equal keys get the same lines. */
export function conditionKey(conditions: readonly HostPatterns[], alias: string): string {
  return conditions.map((patterns) => (patterns.matches(alias) ? '1' : '0')).join('');
}

/** ssh itself stops at 16 levels (readconf.c). */
const DEEPEST_INCLUDE = 16;

class ConditionReader {
  readonly #conditions: HostPatterns[] = [];
  #perHost: string | undefined;
  #matchesHost = false;
  #setsHostname = false;

  read(file: ConfigFile, depth: number): void {
    let text: string;
    try {
      text = readFileSync(file.path, 'utf8');
    } catch {
      return;
    }
    for (const line of text.split('\n')) this.#readLine(line, file, depth);
  }

  result(): ConfigConditions {
    const conditions = this.#conditions;
    if (this.#matchesHost && this.#setsHostname) this.#perHost ??= 'Match host and HostName together';
    return this.#perHost === undefined ? { conditions } : { conditions, perHost: this.#perHost };
  }

  #readLine(line: string, file: ConfigFile, depth: number): void {
    const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line);
    if (match === null) return;
    const words = splitWords(match[2] ?? '');
    switch (match[1]?.toLowerCase()) {
      case 'host':
        this.#conditions.push(new HostPatterns(words));
        return;
      case 'match':
        this.#readMatch(words);
        return;
      case 'include':
        for (const word of words) this.#include(word, file, depth);
        return;
      case 'hostname':
        this.#setsHostname = true;
        return;
      case 'canonicalizehostname':
        if (words[0]?.toLowerCase() !== 'no') this.#perHost ??= 'CanonicalizeHostname';
    }
  }

  #readMatch(words: readonly string[]): void {
    for (let at = 0; at < words.length; at += 2) {
      const criterion = words[at]?.toLowerCase();
      if (criterion === 'all') return;
      if (criterion !== 'host' && criterion !== 'originalhost') {
        this.#perHost ??= `Match ${criterion}`;
        return;
      }
      this.#matchesHost ||= criterion === 'host';
      this.#conditions.push(new HostPatterns((words[at + 1] ?? '').split(',')));
    }
  }

  #include(word: string, file: ConfigFile, depth: number): void {
    if (depth >= DEEPEST_INCLUDE || /[%$[\]~]/.test(word.replace(/^~\//, ''))) {
      this.#perHost ??= `Include ${word}`;
      return;
    }
    const path = word.startsWith('~/') ? join(dirname(file.includeDir), word.slice(2)) : word;
    const absolute = isAbsolute(path) ? path : join(file.includeDir, path);
    for (const found of expandGlob(absolute)) this.read({ path: found, includeDir: file.includeDir }, depth + 1);
  }
}

/** Words of a line; double quotes keep blanks together, # starts a comment. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    if (match[2]?.startsWith('#')) break;
    words.push(match[1] ?? match[2] ?? '');
  }
  return words;
}

/** Paths that a glob with * and ? names; a leading dot must be written (glob(7)). */
function expandGlob(pattern: string): string[] {
  let paths = ['/'];
  for (const part of pattern.split('/').filter((piece) => piece !== '')) {
    if (!/[*?]/.test(part)) {
      paths = paths.map((path) => join(path, part));
      continue;
    }
    const patterns = new HostPatterns([part]);
    paths = paths.flatMap((path) =>
      listDirectory(path)
        .filter((name) => patterns.matches(name) && name.startsWith('.') === part.startsWith('.'))
        .map((name) => join(path, name)),
    );
  }
  return paths;
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
