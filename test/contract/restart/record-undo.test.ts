import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordUndo } from '../../../src/programs/record-undo.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { pictureOf } from '../../support/sandbox.ts';
import { shellKinds } from '../../support/shells.ts';
import { ableToHideState, UndoBed } from './undo-bed.ts';

if (!ableToHideState) console.warn('LEFT OUT: record-undo needs root and mount namespaces of Linux');

const unit = 'docker.service';

describe.skipIf(!ableToHideState).each(shellKinds())('record-undo under $name', (shell) => {
  let bed: UndoBed;
  beforeEach(() => {
    bed = new UndoBed();
  });
  afterEach(() => bed.remove());
  const keep = (path: string) => recordUndo(bed.host(shell), { unit, path });

  it('keeps content, mode and owner, or that nothing is there, where only root can look', async () => {
    const [file, none] = [join(bed.path, 'etc/file'), join(bed.path, 'etc/none')];
    writeFileSync(file, 'old\n', { mode: 0o640 });
    expect(await keep(file)).toEqual({ kind: 'done' });
    expect(await keep(none)).toEqual({ kind: 'done' });
    expect(bed.names()).toEqual(['KEY.entry', 'KEY.entry', 'KEY.first', 'KEY.first', 'KEY.time', 'KEY.time', 'copy']);
    expect(new Set(bed.entries())).toEqual(
      new Set([
        ['file', 'old\n', file],
        ['absent', undefined, none],
      ]),
    );
    expect(statSync(bed.store).mode & 0o7777).toBe(0o700);
    const copy = readdirSync(bed.store).find((name) => name.startsWith('copy-')) ?? '';
    expect(statSync(join(bed.store, copy)).mode & 0o7777).toBe(0o640);
  });

  it('keeps the first content, and renews the time', async () => {
    const file = join(bed.path, 'etc/file');
    writeFileSync(file, 'first');
    await keep(file);
    const time = () => readdirSync(bed.store).filter((name) => name.endsWith('.time'))[0] ?? '';
    writeFileSync(join(bed.store, time()), 'long ago');
    writeFileSync(file, 'second');
    expect(await keep(file)).toEqual({ kind: 'done' });
    expect(bed.entries()).toEqual([['file', 'first', file]]);
    expect(readFileSync(join(bed.store, time()), 'utf8')).toMatch(/^[0-9a-f-]{36} \d+ \d+\n$/);
    expect(bed.names()).toEqual(['KEY.entry', 'KEY.first', 'KEY.time', 'copy']);
  });

  it('is whole with many at once, and keeps one of them', async () => {
    const file = join(bed.path, 'etc/file');
    writeFileSync(file, 'first');
    const steps = await Promise.all(Array.from({ length: 8 }, () => keep(file)));
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['done']));
    expect(bed.names()).toEqual(['KEY.entry', 'KEY.first', 'KEY.time', 'copy']);
    expect(bed.entries()).toEqual([['file', 'first', file]]);
  });

  it.each(NASTY_NAMES)('takes %j as a name', async (name) => {
    const path = join(bed.path, 'etc', name);
    writeFileSync(path, 'x');
    expect(await keep(path)).toEqual({ kind: 'done' });
    expect(bed.entries()).toEqual([['file', 'x', path]]);
  });

  it('keeps a link, and what it leads to', async () => {
    const [link, target] = [join(bed.path, 'etc/link'), join(bed.path, 'etc/target')];
    writeFileSync(target, 'old');
    symlinkSync('target', link);
    expect(await keep(link)).toEqual({ kind: 'done' });
    expect(new Set(bed.entries())).toEqual(
      new Set([
        ['link', undefined, link],
        ['file', 'old', target],
      ]),
    );
    const copies = readdirSync(bed.store).filter((name) => name.startsWith('copy-'));
    expect(copies.filter((name) => lstatSync(join(bed.store, name)).isSymbolicLink())).toHaveLength(1);
  });

  it('refuses what is no file, and leaves nothing half kept', async () => {
    const path = join(bed.path, 'etc/dir');
    mkdirSync(path);
    const before = pictureOf(join(bed.path, 'etc'));
    expect(await keep(path)).toMatchObject({ kind: 'denied', why: expect.stringContaining('no regular file') });
    expect(bed.names()).toEqual([]);
    expect(pictureOf(join(bed.path, 'etc'))).toEqual(before);
  });

  it.each(['../x.service', 'docker', '-h.service', '.service', 'a b.service'])('refuses the unit %j', async (name) => {
    const step = await recordUndo(bed.host(shell), { unit: name, path: '/etc/hosts' });
    expect(step.kind).toBe('failed');
  });

  it('says so if there is no place to keep it', async () => {
    writeFileSync(join(bed.path, 'lib/unbusy'), 'a file where the directory should be');
    expect(await keep('/etc/hosts')).toMatchObject({
      kind: 'denied',
      why: expect.stringContaining('could not be kept'),
    });
  });
});
