import { describe, expect, it } from 'vitest';
import {
  containerAt,
  deviceTarget,
  findContainer,
  pathTarget,
  readQuestion,
} from '../../../../src/cli/why/why-target.ts';
import type { ContainerState, MountView } from '../../../../src/mounts/model.ts';

function container(id: string, name: string): ContainerState {
  return {
    ...{ id, name, image: 'i', status: 'running', dead: false, removing: false, pid: 1 },
    ...{ startedAt: '', finishedAt: '', restartPolicy: 'no', privileged: false, labels: {} },
  };
}

const A = 'abc1'.padEnd(64, '0');
const B = 'abc2'.padEnd(64, '0');
const ALL = [container(A, 'web'), container(B, 'mail')];

describe('readQuestion', () => {
  it.each([
    ['web', { kind: 'container', word: 'web' }],
    ['abc1', { kind: 'container', word: 'abc1' }],
    ['/mnt/data/', { kind: 'path', path: '/mnt/data' }],
    ['/mnt/../srv', { kind: 'path', path: '/srv' }],
    ['/', { kind: 'path', path: '/' }],
    ['/dev/rbd0', { kind: 'device', name: '/dev/rbd0' }],
    ['/dev/shm/x', { kind: 'path', path: '/dev/shm/x' }],
    ['252:16', { kind: 'device', name: '252:16' }],
  ])('%s', (text, question) => {
    expect(readQuestion(text)).toEqual(question);
  });
});

describe('findContainer', () => {
  it('takes a name, an id, or an id that begins so alone', () => {
    expect(findContainer('h', 'mail', ALL).id).toBe(B);
    expect(findContainer('h', A, ALL).name).toBe('web');
    expect(findContainer('h', 'abc2', ALL).name).toBe('mail');
  });

  it('refuses what is ambiguous or not there, and helps', () => {
    const several = { code: 'E_USAGE', hint: 'Give more of it: abc100000000 (web), abc200000000 (mail).' };
    expect(() => findContainer('h', 'abc', ALL)).toThrow(expect.objectContaining(several));
    expect(() => findContainer('h', 'wbe', ALL)).toThrow(expect.objectContaining({ hint: 'Did you mean web?' }));
  });

  it('still looks for a whole id that Docker has forgotten', () => {
    const id = 'f'.repeat(64);
    expect(findContainer('h', id, ALL)).toMatchObject({ id, tokens: [id, `${id}-init`] });
    expect(() => findContainer('h', id.slice(1), ALL)).toThrow('no container');
  });
});

describe('a path', () => {
  const layer = '9'.repeat(64);
  const path = `/var/lib/docker/overlay2/${layer}/merged`;
  const dead = { ...container(B, 'mail'), dead: true, mountId: layer };

  it('leads to the container whose layer or directory it names', () => {
    expect(containerAt(path, [dead])?.name).toBe('mail');
    expect(containerAt(`/var/lib/docker/containers/${B}/mounts/shm`, [dead])?.name).toBe('mail');
    expect(containerAt(path, [container(A, 'web'), { ...dead, dead: false }])?.name).toBe('mail');
    expect(containerAt(path, [container(A, 'web')])).toBe(undefined);
    expect(containerAt(`${path.slice(0, -8)}0/merged`, [dead])).toBe(undefined);
  });

  it('of a layer that no container has is looked for by the name of the layer', () => {
    expect(pathTarget(path, []).tokens).toEqual([layer]);
    expect(pathTarget(path, [{ ...dead, dead: false }]).tokens).toEqual([]);
    expect(pathTarget('/mnt/data', []).tokens).toEqual([]);
  });
});

describe('deviceTarget', () => {
  const mount = { id: 1, parent: 0, device: '252:16', root: '/', point: '/mnt', unbindable: false, fstype: 'xfs' };
  const view = {
    namespaces: [
      {
        inode: 1,
        tasks: [],
        taskCount: 1,
        pins: [],
        chrooted: false,
        mounts: [{ ...mount, source: '/dev/rbd0', superOptions: '' }],
      },
    ],
    ...{ hostNamespace: 1, ownNamespace: 1, unreadable: [] },
  } as MountView;

  it('takes numbers as they are, and names from the mounts', () => {
    expect(deviceTarget('h', '8:1', view).id).toBe('8:1');
    expect(deviceTarget('h', '/dev/rbd0', view)).toMatchObject({ id: '252:16', name: '/dev/rbd0' });
    expect(() => deviceTarget('h', '/dev/rbd1', view)).toThrow('no mount in any namespace of h names /dev/rbd1');
  });
});
