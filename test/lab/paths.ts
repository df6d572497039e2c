import { fileURLToPath } from 'node:url';

/** Where the running lab keeps its hosts, keys and sockets; removed when it ends. */
export const LAB_DIR = '/var/lib/unbusy-lab';

/** What is worth keeping between labs: base trees, programs, image archives. */
export const CACHE_DIR = '/var/cache/unbusy-lab';

/** A file of the lab's own sources, by its path below test/lab. */
export const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
