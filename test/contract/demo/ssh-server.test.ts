import { describe, expect, it } from 'vitest';
import { parseSshKey } from '../../../src/connection/ssh-library.ts';
import { newKeyPair } from '../../../src/demo/ssh-server.ts';

describe('keys of the demo', () => {
  it('can all be read, also those that ssh2 writes wrongly at first', () => {
    const pairs = Array.from({ length: 600 }, () => newKeyPair('demo'));
    const unreadable = pairs.filter((pair) =>
      [pair.private, pair.public].some((key) => parseSshKey(key) instanceof Error),
    );
    expect(unreadable).toEqual([]);
  });
});
