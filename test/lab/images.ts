import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';

/** An image with a shell, umount and the rest of busybox. */
export const BUSYBOX = 'lab/busybox';

/** A scratch image: one static program that waits, nothing else. */
export const PAUSE = 'lab/pause';

/** The archives that `docker import` makes the images from: no registry is asked. */
export async function ensureImages(programs: string): Promise<string> {
  const busybox = realpathSync((await mustRun('sh', ['-c', 'command -v busybox'])).trim());
  return cached(`images-${recipeHash([busybox, join(programs, 'pause')])}`, async (target) => {
    mkdirSync(target, { recursive: true });
    await archive(join(target, 'busybox.tar'), async (root) => {
      for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp']) mkdirSync(join(root, folder));
      cpSync(busybox, join(root, 'bin/busybox'));
      const applets = (await mustRun(busybox, ['--list'])).split('\n').filter((name) => name && name !== 'busybox');
      for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
    });
    await archive(join(target, 'pause.tar'), async (root) => cpSync(join(programs, 'pause'), join(root, 'pause')));
  });
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
