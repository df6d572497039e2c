import { describe, expect, it } from 'vitest';
import { MountTree } from '../../../src/mounts/tree.ts';
import { viewOf } from '../../support/mount-view.ts';

function tree(lines: string): MountTree {
  const [namespace] = viewOf(`host 1\nown 1\nns 1\n${lines}`).namespaces;
  if (namespace === undefined) throw new Error('no namespace');
  return new MountTree(namespace);
}

function mount(of: MountTree, id: number) {
  const found = of.mounts.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no mount ${id}`);
  return found;
}

const BED = tree(`10 9 8:1 / / rw - ext4 a rw
  11 10 8:1 /data//deleted /srv rw - ext4 a rw
  12 11 0:50 / /srv/x rw - tmpfs t rw
  13 12 0:51 / /srv/x rw - tmpfs u rw
  14 10 0:52 / /srv2 rw - tmpfs v rw
  15 10 0:53 / /s rw - tmpfs w rw`);

describe('MountTree', () => {
  it('knows the directory that a mount sits on, also below a bind and a removed source', () => {
    expect(BED.dentryOf(mount(BED, 12))).toEqual({ device: '8:1', path: '/data/x' });
    expect(BED.dentryOf(mount(BED, 13))).toEqual({ device: '0:50', path: '/' });
    expect(BED.dentryOf(mount(BED, 10))).toBeUndefined();
  });

  it('tells what carries a mount and what lies on it', () => {
    expect(BED.ancestorsOf(mount(BED, 13)).map((each) => each.id)).toEqual([12, 11, 10]);
    expect(BED.descendantsOf(mount(BED, 11)).map((each) => each.id)).toEqual([12, 13]);
  });

  it('tells what hides a mount: stacked on it or over the way to it, but not beside it', () => {
    expect(BED.hidersOf(mount(BED, 12)).map((each) => each.id)).toEqual([13]);
    expect(BED.hidersOf(mount(BED, 13))).toEqual([]);
    const over = tree(
      `10 9 8:1 / / rw - ext4 a rw\n11 10 0:50 / /a/b/c rw - tmpfs t rw\n12 10 0:51 / /a/b rw - tmpfs t rw`,
    );
    expect(over.hidersOf(mount(over, 11)).map((each) => each.id)).toEqual([12]);
    expect(over.hidersOf(mount(over, 12))).toEqual([]);
  });

  it('ends where a table makes no sense', () => {
    const circle = tree('10 11 8:1 / / rw - ext4 a rw\n11 10 8:1 / /x rw - ext4 a rw');
    expect(circle.ancestorsOf(mount(circle, 10)).length).toBeLessThan(3);
    expect(circle.descendantsOf(mount(circle, 10)).length).toBeLessThan(3);
  });
});
