import { describe, expect, it } from 'vitest';
import { freedWords } from '../../../../src/modules/product-containers/freed.ts';

const BOTH = ['/var/lib/docker/containers/a', '/var/lib/docker/overlay2/b'];

describe('what is said of the storage of a removed container', () => {
  it('is that it is free where mounts, its directory and its layer were looked at', () => {
    expect(freedWords({ unreadable: [], directories: BOTH })).toBe('its storage is free');
  });

  it.each([
    { name: 'a process that could not be read', unreadable: [{ pid: 7, why: 'hidden' }], directories: BOTH },
    { name: 'a layer that is no directory, as with devicemapper', unreadable: [], directories: BOTH.slice(0, 1) },
    { name: 'a data root that is not known', unreadable: [], directories: [] },
  ])('is not that, after $name', ({ unreadable, directories }) => {
    expect(freedWords({ unreadable, directories })).not.toContain('free');
    expect(freedWords({ unreadable, directories })).toMatch(/process 7: hidden|not looked at|not known/);
  });
});
