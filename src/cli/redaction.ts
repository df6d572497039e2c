/** Shorter texts turn up everywhere: to hide them would hide nothing and spoil the record. */
const SHORTEST = 4;

const HIDDEN = '[hidden]';

/** Takes secrets by their values out of what is written down, wherever they turn up. */
export class Redaction {
  readonly #secrets = new Set<string>();

  /** A secret that became known. */
  add(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= SHORTEST) this.#secrets.add(secret);
  }

  /** The same value with every secret in its texts hidden. */
  hide<T>(value: T): T {
    return this.#secrets.size === 0 ? value : (this.#hidden(value) as T);
  }

  #hidden(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((each) => this.#hidden(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#hidden(inner)]));
  }

  #text(text: string): string {
    let hidden = text;
    for (const secret of this.#secrets) hidden = hidden.replaceAll(secret, HIDDEN);
    return hidden;
  }
}
