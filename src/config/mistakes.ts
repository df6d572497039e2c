import type { ErrorCode } from '../core/error-codes.ts';
import { MistakesError, type SourcePlace, UnbusyError } from '../core/errors.ts';

/** Collects every mistake of a file, so that they are told together. */
export class Mistakes {
  readonly #code: ErrorCode;
  readonly #found: UnbusyError[] = [];

  constructor(code: ErrorCode) {
    this.#code = code;
  }

  get count(): number {
    return this.#found.length;
  }

  add(place: SourcePlace, message: string, hint?: string): void {
    this.#found.push(new UnbusyError(this.#code, message, { place, ...(hint === undefined ? {} : { hint }) }));
  }

  /** Takes over mistakes that were thrown; anything else is thrown on. */
  take(thrown: unknown): void {
    if (thrown instanceof MistakesError) this.#found.push(...thrown.mistakes);
    else if (thrown instanceof UnbusyError && thrown.place !== undefined) this.#found.push(thrown);
    else throw thrown;
  }

  /** Throws MistakesError, sorted by place within each file, if there are any. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new MistakesError(sortByPlace(this.#found));
  }
}

/** Files stay in the order in which they were read. */
function sortByPlace(found: readonly UnbusyError[]): UnbusyError[] {
  const files = [...new Set(found.map((mistake) => mistake.place?.file))];
  const key = ({ place }: UnbusyError) => [files.indexOf(place?.file), place?.line ?? 0, place?.column ?? 0] as const;
  return [...found].sort((left, right) => {
    const [a, b] = [key(left), key(right)];
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  });
}
