/** A list of patterns as Host lines and known_hosts write them: * and ? are wild, ! negates (ssh_config(5), PATTERNS). */
export class HostPatterns {
  readonly #wanted: readonly RegExp[];
  readonly #unwanted: readonly RegExp[];

  constructor(patterns: readonly string[]) {
    this.#wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(toRegExp);
    this.#unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => toRegExp(pattern.slice(1)));
  }

  /** True if a pattern matches the name and no negated one does. Case does not matter. */
  matches(name: string): boolean {
    return this.#wanted.some((regExp) => regExp.test(name)) && !this.#unwanted.some((regExp) => regExp.test(name));
  }
}

function toRegExp(pattern: string): RegExp {
  const body = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}$`, 'is');
}
