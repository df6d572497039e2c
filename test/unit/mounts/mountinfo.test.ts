import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOctal, parseMountLine } from '../../../src/mounts/mountinfo.ts';

/** A path as seq_path(" \t\n\\") writes it. */
function kernelEscape(text: string): string {
  return text.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

describe('decodeOctal', () => {
  it('undoes what the kernel escapes, for any name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => decodeOctal(kernelEscape(name)) === name));
  });

  it('undoes any octal byte, also of letters that take two', () => {
    expect(decodeOctal('a\\043b\\303\\251c')).toBe('a#b\u00e9c');
    expect(decodeOctal('x\\377y')).toBe('x\udcffy');
  });

  it('leaves what is no escape', () => {
    expect(decodeOctal('a\\9b')).toBe('a\\9b');
    expect(decodeOctal('\\04')).toBe('\\04');
  });
});

describe('parseMountLine', () => {
  it('reads every field', () => {
    const line = '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/ro\\043ot rw,errors=continue';
    expect(parseMountLine(line)).toEqual({
      id: 36,
      parent: 35,
      device: '98:0',
      root: '/mnt1',
      point: '/mnt 2',
      master: 1,
      unbindable: false,
      fstype: 'ext3',
      source: '/dev/ro#ot',
      superOptions: 'rw,errors=continue',
    });
  });

  it('takes any tags, none, and a path that looks like the dash', () => {
    const tags = parseMountLine('1 2 0:5 / / rw shared:7 master:3 propagate_from:2 unbindable novel:9 - tmpfs none rw');
    expect(tags).toMatchObject({ shared: 7, master: 3, unbindable: true, fstype: 'tmpfs' });
    const bare = parseMountLine('1 2 0:5 - /- rw - tmpfs - rw');
    expect(bare).toMatchObject({ root: '-', point: '/-', fstype: 'tmpfs', source: '-' });
    expect(bare).not.toHaveProperty('shared');
  });

  it('takes an empty source, as mount(2) does', () => {
    expect(parseMountLine('1 2 0:5 / /x rw - tmpfs  rw,size=1k')).toMatchObject({
      source: '',
      superOptions: 'rw,size=1k',
    });
  });

  it('says that a cut or foreign line is none', () => {
    for (const line of [
      '',
      'device proc mounted on /proc with fstype proc',
      '1 2 0:5 / /x rw shared:1',
      '1 2 0:5 / x rw - a b c',
    ])
      expect(parseMountLine(line)).toBeUndefined();
  });
});
