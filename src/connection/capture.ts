import { decodeBytes } from './bytes.ts';

/** Bytes of one stream up to a limit; what goes beyond is counted and thrown away. */
export class Capture {
  readonly #limit: number;
  readonly #keep: 'head' | 'tail';
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(limit: number, keep: 'head' | 'tail' = 'head') {
    this.#limit = limit;
    this.#keep = keep;
  }

  add(bytes: Buffer): void {
    if (this.#keep === 'tail') {
      this.#addTail(bytes);
      return;
    }
    const room = this.#limit - this.#size;
    if (bytes.length > room) this.#cut = true;
    const part = bytes.subarray(0, room);
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#size += part.length;
  }

  #addTail(bytes: Buffer): void {
    const all = Buffer.concat([...this.#chunks, bytes]);
    if (all.length > this.#limit) this.#cut = true;
    this.#chunks = [Buffer.from(all.subarray(-this.#limit))];
  }

  /** True if something was thrown away. */
  get cut(): boolean {
    return this.#cut;
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
  }

  /** The text; bytes that are no UTF-8 stay as decodeBytes keeps them. */
  text(): string {
    return decodeBytes(this.bytes());
  }
}
