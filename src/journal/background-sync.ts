import { closeSync, fsync, openSync } from 'node:fs';

/**
 * Requests wait this long for others: in a large fleet hosts end within milliseconds, and each fsync(2) costs as much as a task.
 */
const SYNC_AFTER_MS = 250;

/**
 * Has the disk take what others write to a file, while they go on. It opens the file for itself: Linux tells an error of writing back
 * once for each time that a file was opened (fsync(2), since 4.13), so that whoever writes it is told the same by an fsync of its own,
 * even where the answer here comes too late.
 */
export class BackgroundSync {
  readonly #onError: (error: NodeJS.ErrnoException) => void;
  #file: number | undefined;
  #planned: NodeJS.Timeout | undefined;
  #underWay = false;
  #stopped = false;

  /** Throws if the file cannot be opened. */
  constructor(path: string, onError: (error: NodeJS.ErrnoException) => void) {
    this.#onError = onError;
    this.#file = openSync(path, 'r');
  }

  /**
   * Begun within a quarter of a second. Several requests become one, and one is under way at a time: on a slow disk more would fill the
   * threads of Node that look up names, too.
   */
  request(): void {
    if (this.#stopped) return;
    this.#planned ??= setTimeout(() => {
      this.#planned = undefined;
      if (this.#underWay) this.request();
      else this.#begin();
    }, SYNC_AFTER_MS).unref();
  }

  /** Begins no more. The answer to one under way is not heard. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#planned);
    if (!this.#underWay) this.#close();
  }

  #begin(): void {
    if (this.#file === undefined) return;
    this.#underWay = true;
    fsync(this.#file, (error) => {
      this.#underWay = false;
      if (this.#stopped) this.#close();
      else if (error !== null) this.#onError(error);
    });
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}
