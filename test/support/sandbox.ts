import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for one test. */
export function makeSandbox(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'unbusy-test-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** All that can be told of a tree: names, types, modes, owners, inodes, times and contents. Equal pictures: nothing was changed. */
export function pictureOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const stat = lstatSync(path, { bigint: true });
      const facts = [name, stat.mode.toString(8), stat.uid, stat.gid, stat.ino, stat.nlink, stat.mtimeNs, stat.ctimeNs];
      if (stat.isFile()) facts.push(createHash('sha256').update(readFileSync(path)).digest('hex'));
      if (stat.isSymbolicLink()) facts.push(readlinkSync(path));
      return facts.join(' ');
    });
}
