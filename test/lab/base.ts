import { existsSync } from 'node:fs';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';
import { source } from './paths.ts';

interface Archive {
  readonly mirror: string;
  readonly suite: string;
  readonly components: string;
  readonly keyring: string;
}

/** The tree that hosts are overlays over; built once (about a minute), then taken from the cache. */
export async function ensureBase(): Promise<string> {
  const archive = await machineArchive();
  const hash = recipeHash([source('base')], [archive.suite, archive.components]);
  const { mirror, suite, components, keyring } = archive;
  return cached(`base-${hash}`, async (target) => {
    await mustRun('sh', [source('base/build.sh'), target, mirror, suite, components, keyring], { timeoutMs: 900_000 });
  });
}

/** The archive that the machine itself installs from: whatever its apt was told. */
async function machineArchive(): Promise<Archive> {
  const running = /^VERSION_CODENAME=(.*)$/m.exec(await mustRun('cat', ['/etc/os-release']))?.[1] ?? '';
  const format = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)';
  const listed = await mustRun('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const rows = listed.split('\n').map((line) => line.split('|'));
  const own = rows.filter(([, release]) => release === running);
  const [mirror, , , origin] = own[0] ?? [];
  if (!mirror || !origin) throw new Error(`apt lists no package index of ${running}: run apt-get update`);
  const keyring = `/usr/share/keyrings/${origin.toLowerCase()}-archive-keyring.gpg`;
  if (!existsSync(keyring))
    throw new Error(`${keyring} does not exist: install ${origin.toLowerCase()}-archive-keyring`);
  const components = [...new Set(own.filter((row) => row[0] === mirror).map((row) => row[2] ?? ''))].sort().join(',');
  return { mirror, suite: running, components, keyring };
}
