import { closeSync, fstatSync, fsync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The events of a run, one JSON object a line. */
export const EVENT_FILE = 'events.jsonl';

/**
 * Requests to have it on the disk wait this long for others: in a large fleet hosts end within milliseconds, and each fsync(2) costs as
 * much as a task.
 */
const SYNC_AFTER_MS = 250;

/** A file that grows by whole lines. A line that a killed process left torn is closed first, so that it spoils no other. */
export class EventFile {
  readonly #onTrouble: (error: NodeJS.ErrnoException) => void;
  #file: number | undefined;
  /** Appended in this turn of the event loop, which ends before anything of it leaves for a host. */
  #waiting = '';
  #syncPlanned: NodeJS.Timeout | undefined;
  #syncing = false;

  /** Opens or makes the file. `onTrouble` is called once when it can no longer be written; the run goes on. Throws if it cannot be opened. */
  constructor(directory: string, onTrouble: (error: NodeJS.ErrnoException) => void) {
    this.#onTrouble = onTrouble;
    this.#file = openSync(join(directory, EVENT_FILE), 'a+', 0o600);
    if (!endsWhole(this.#file)) this.append('\n');
    process.once('exit', this.flush);
  }

  /**
   * Writes before this turn of the event loop ends, with all else of the turn, or when the process ends in it. What is asked of a host
   * leaves in a later turn, so that it is written down before; a SIGKILL takes no more than the turn.
   */
  append(text: string): void {
    if (this.#waiting === '') process.nextTick(this.flush);
    this.#waiting += text;
  }

  /** Writes now what waits. */
  readonly flush = (): void => {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#try((file) => writeAll(file, Buffer.from(text)));
  };

  /**
   * Asks that what was appended outlives this machine too, which is begun within a quarter of a second. Several requests become one, and
   * one is under way at a time: on a slow disk more would fill the threads of Node that look up names, too.
   */
  sync(): void {
    this.#syncPlanned ??= setTimeout(() => {
      this.#syncPlanned = undefined;
      if (this.#syncing) this.sync();
      else if (this.#file !== undefined) {
        this.#syncing = true;
        fsync(this.#file, (error) => {
          this.#syncing = false;
          if (error !== null) this.#lost(error);
        });
      }
    }, SYNC_AFTER_MS).unref();
  }

  /** Ends it, with everything on the disk. */
  close(): void {
    process.off('exit', this.flush);
    clearTimeout(this.#syncPlanned);
    this.flush();
    this.#try(fsyncSync);
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #try(work: (file: number) => void): void {
    if (this.#file === undefined) return;
    try {
      work(this.#file);
    } catch (error) {
      this.#lost(error as NodeJS.ErrnoException);
    }
  }

  /** It ends here. Linux tells an error of writing back once for each open file (fsync(2)), so that no later call would tell it again. */
  #lost(error: NodeJS.ErrnoException): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    closeSync(file);
    this.#onTrouble(error);
  }
}

/** write(2) may take less than all of it. */
function writeAll(file: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
}

function endsWhole(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
