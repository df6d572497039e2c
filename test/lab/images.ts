import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';
import { source } from './paths.ts';

/** An image with a shell, umount and the rest of busybox; `docker stop` ends its `sleep`, which as process 1 ignores SIGTERM, at once. */
export const BUSYBOX = 'lab/busybox';

/** A scratch image: one static program that waits, nothing else. */
export const PAUSE = 'lab/pause';

/** Process 1 and how it is stopped. */
const CONFIGS = {
  [BUSYBOX]: { Cmd: ['sleep', '1d'], StopSignal: 'SIGKILL' },
  [PAUSE]: { Cmd: ['/pause'] },
};

/** A folder of images.tar, for `docker load`, and of the file systems as they are, for other runtimes: no registry is asked. */
export async function ensureImages(programs: string): Promise<string> {
  const busybox = realpathSync((await mustRun('sh', ['-c', 'command -v busybox'])).trim());
  const recipe = [busybox, join(programs, 'pause'), source('images.ts')];
  return cached(`images-${recipeHash(recipe)}`, async (target) => {
    mkdirSync(target, { recursive: true });
    await archive(join(target, 'busybox.tar'), async (root) => {
      for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp']) mkdirSync(join(root, folder));
      cpSync(busybox, join(root, 'bin/busybox'));
      const applets = (await mustRun(busybox, ['--list'])).split('\n').filter((name) => name && name !== 'busybox');
      for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
    });
    await archive(join(target, 'pause.tar'), async (root) => cpSync(join(programs, 'pause'), join(root, 'pause')));
    await archive(join(target, 'images.tar'), async (root) => {
      const entries = [
        addImage(root, BUSYBOX, join(target, 'busybox.tar')),
        addImage(root, PAUSE, join(target, 'pause.tar')),
      ];
      writeFileSync(join(root, 'manifest.json'), JSON.stringify(entries));
    });
  });
}

/** Lays an image of one layer below `root`, by the Docker Image Specification v1.2; gives its entry of the manifest. */
function addImage(root: string, name: keyof typeof CONFIGS, layer: string): object {
  const digest = createHash('sha256').update(readFileSync(layer)).digest('hex');
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '2020-01-01T00:00:00Z',
    config: CONFIGS[name],
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    history: [{ created: '2020-01-01T00:00:00Z', created_by: 'unbusy-lab' }],
  });
  const file = `${createHash('sha256').update(config).digest('hex')}.json`;
  writeFileSync(join(root, file), config);
  mkdirSync(join(root, digest));
  cpSync(layer, join(root, digest, 'layer.tar'));
  return { Config: file, RepoTags: [`${name}:latest`], Layers: [`${digest}/layer.tar`] };
}

async function archive(file: string, fill: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'unbusy-lab-image-'));
  try {
    await fill(root);
    await mustRun('tar', ['-C', root, '-cf', file, '.']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
