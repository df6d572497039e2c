import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/**
 * A directory for all tests of a file; call it while the file is imported, not inside of a test. The path is known at
 * once, but it is made right before the first test and removed after the last: a file that is skipped leaves nothing.
 */
export function directoryOfFile(prefix: string, fill: (path: string) => void): string {
  const path = join(tmpdir(), prefix + randomUUID());
  beforeAll(() => {
    mkdirSync(path, { mode: 0o700 });
    fill(path);
  });
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
