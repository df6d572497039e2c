import { join } from 'node:path';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';

/** The Debian package that each program comes from. */
const PACKAGES = { promtool: 'prometheus', kubectl: 'kubernetes-client' } as const;

/** Where a program is, or why this machine cannot have it, in one sentence. */
export type DebianProgram = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly why: string };

// The package lists of a new machine may be missing or older than its mirror.
const SCRIPT = `
  mkdir "$1" && cd "$1"
  apt-get download -qq "$2" 2>/dev/null || { apt-get update -qq && apt-get download -qq "$2"; }
  dpkg-deb --fsys-tarfile ./*.deb | tar -x --strip-components=3 "./usr/bin/$3"
  rm ./*.deb
`;

/**
 * A real program of a Debian package, to run on this machine: downloaded once from the machine's own apt mirror and
 * unpacked into the lab's cache; nothing is installed or started. A test that cannot have it must say `why`.
 */
export async function debianProgram(name: keyof typeof PACKAGES): Promise<DebianProgram> {
  try {
    const folder = await cached(`${name}-${recipeHash([], [SCRIPT])}`, async (target) => {
      await mustRun('sh', ['-euc', SCRIPT, 'unpack', target, PACKAGES[name], name], { timeoutMs: 300_000 });
    });
    return { ok: true, path: join(folder, name) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, why: `no ${name}: Debian's package ${PACKAGES[name]} cannot be unpacked here: ${reason}` };
  }
}
