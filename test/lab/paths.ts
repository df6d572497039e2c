import { fileURLToPath } from 'node:url';

/** What is worth keeping between labs: base trees, programs, image archives. */
export const CACHE_DIR = '/var/cache/unbusy-lab';

/** A file of the lab's own sources, by its path below test/lab. */
export const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
