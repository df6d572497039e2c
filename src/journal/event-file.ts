import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BackgroundSync } from './background-sync.ts';

/** The events of a run, one JSON object a line. */
export const EVENT_FILE = 'events.jsonl';

/** A file that grows by whole lines. A line that a killed process left torn is closed first, so that it spoils no other. */
export class EventFile {
  readonly #onTrouble: (error: NodeJS.ErrnoException) => void;
  #file: number | undefined;
  readonly #background: BackgroundSync;
  /** Appended in this turn of the event loop, which ends before anything of it leaves for a host. */
  #waiting = '';

  /** Opens or makes the file. `onTrouble` is called once when it can no longer be written; the run goes on. Throws if it cannot be opened. */
  constructor(directory: string, onTrouble: (error: NodeJS.ErrnoException) => void) {
    this.#onTrouble = onTrouble;
    const path = join(directory, EVENT_FILE);
    const file = openSync(path, 'a+', 0o600);
    try {
      if (!endsWhole(file)) this.append('\n');
      this.#background = new BackgroundSync(path, (error) => this.#lost(error));
    } catch (error) {
      closeSync(file);
      throw error;
    }
    this.#file = file;
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

  /** Asks that what was appended outlives this machine too; see BackgroundSync. */
  sync(): void {
    this.#background.request();
  }

  /** Ends it, with everything on the disk. */
  close(): void {
    process.off('exit', this.flush);
    this.flush();
    this.#try(fsyncSync);
    this.#end();
  }

  #try(work: (file: number) => void): void {
    if (this.#file === undefined) return;
    try {
      work(this.#file);
    } catch (error) {
      this.#lost(error as NodeJS.ErrnoException);
    }
  }

  /** It ends with what it has: a gap in the middle would pass for whole. */
  #lost(error: NodeJS.ErrnoException): void {
    this.#end();
    this.#onTrouble(error);
  }

  #end(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#background.stop();
    if (file !== undefined) closeSync(file);
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
