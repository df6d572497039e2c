/** A call as it arrives at a host: what is to run, between the marker lines that its answer must stand between. */
export interface FramedCall {
  readonly marker: string;
  readonly number: number;
  /** Name and quoted arguments of the program, or the function of the prologue. */
  readonly ask: string;
  /** The function of the prologue answers on stdout alone. */
  readonly onStderr: boolean;
}

/** The text of a call between the lines that connection/wire.ts writes before and after it, or of one that frames itself. */
const FRAME = /(?:(\w+) )?([0-9a-f]{32})o(\d+)(?: \2c\3 <|" >&2\n([\s\S]*?)\nset -- \$\?;echo "\2c\3 \$1)/;

/** Finds the calls in what a session writes to its shell, wherever the chunks are cut. Bytes are kept as latin1 letters. */
export class CallReader {
  #held = '';

  push(chunk: Buffer): readonly FramedCall[] {
    this.#held += chunk.toString('latin1');
    const calls: FramedCall[] = [];
    for (let match = FRAME.exec(this.#held); match !== null; match = FRAME.exec(this.#held)) {
      const [whole, itself, marker = '', number = '', body] = match;
      const ask = body === undefined ? (itself ?? '') : askOf(body);
      calls.push({ marker, number: Number(number), ask, onStderr: body !== undefined });
      this.#held = this.#held.slice(match.index + whole.length);
    }
    return calls;
  }
}

/** The last command of the text: the definition of a program may stand before it. */
function askOf(body: string): string {
  const match = /(?:^|\n)\( unbusy_program_([\s\S]*) \) <\/dev\/null$/.exec(body);
  return match?.[1] ?? body;
}

/** The same for each stream: what a shell would print for this call. */
export function framedAnswer({ marker, number }: FramedCall, output: string, code: number): Buffer {
  return Buffer.from(`${marker}o${number}\n${output}${marker}c${number} ${code}\n`, 'latin1');
}
