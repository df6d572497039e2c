import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/modules/dead-containers/findings.ts';
import { DEAD, HOST, held, MERGED, overlay, stateOf, type Twist, WEB } from './sweep-bed.ts';

const kinds = (twist: Twist) => findingsOf(stateOf(twist)).map((finding) => finding.kind);
const only = (twist: Twist) => {
  const found = findingsOf(stateOf(twist));
  expect(found).toHaveLength(1);
  return found[0];
};

describe('what a scan shows', () => {
  it('is one finding a container and holder, however many mounts', () => {
    const more = `60 50 8:1 /var/lib/docker /var/lib/docker rw - ext4 /dev/sda1 rw
      61 60 0:60 / ${MERGED} rw ${overlay(DEAD)}`;
    const found = only({ picture: HOST + held(more) });
    expect(found).toMatchObject({ kind: 'leak', containerName: 'app', holder: { name: 'cadvisor' } });
    expect(found?.title).toContain('at 2 places');
    expect(found?.data?.points).toHaveLength(2);
    expect(only({})?.title).toContain(`at /rootfs${MERGED}`);
  });

  it('is the same cause and remedy for the same fault, whoever has it', () => {
    const other = only({ picture: HOST + held().replace('cadvisor /usr', 'agent /usr') });
    expect([other?.cause, other?.remedy]).toEqual([only({})?.cause, only({})?.remedy]);
  });

  it('tells what is no leak apart, by what is seen', () => {
    expect(only({ picture: HOST })).toMatchObject({ kind: 'dead-container' });
    const immutable = { [DEAD.id]: { immutable: ['/x/\u001b[31mkeep'] } };
    const file = only({ picture: HOST, obstacles: immutable });
    expect(file).toMatchObject({ kind: 'not-a-leak', cause: 'an immutable file, which even root cannot remove' });
    expect(file?.title).not.toContain('\u001b');
    const task = { containerId: DEAD.id, tid: 9, state: 'D', command: 'dd', waitsIn: 'x' };
    expect(only({ picture: HOST, tasks: [task] })).toMatchObject({
      kind: 'not-a-leak',
      data: { tid: 9 },
    });
  });

  it('does not say that nothing holds what it could not look at', () => {
    const titles = (twist: Twist) => findingsOf(stateOf(twist)).map((finding) => finding.title);
    expect(titles({ picture: HOST })).toContain('container app is dead, and nothing holds it');
    const blind = titles({ picture: HOST, unreadable: [{ pid: 7, why: 'hidden' }] });
    expect(blind).toContain(
      'container app is dead, and nothing was seen to hold it, but not everything could be looked at',
    );
  });

  it('says that the daemon is silent, and that not everything was seen', () => {
    expect(kinds({ picture: HOST, dead: [], silent: 'late', unreadable: [{ pid: 4, why: 'hidden' }] })).toEqual([
      'daemon',
      'gap',
    ]);
    expect(kinds({ picture: HOST, dead: [] })).toEqual([]);
  });

  it('tells a container that Docker forgot as such, not as a dead one', () => {
    const { leaks } = stateOf({});
    const found = findingsOf({ ...stateOf({ picture: HOST, dead: [] }), orphans: leaks.leaks });
    expect(found.map((each) => each.kind)).toEqual(['leak']);
    expect(found[0]?.title).toMatch(
      /^container app, which Docker does not know any more, is held by container cadvisor/,
    );
  });

  it('names a private copy of what still runs as latent', () => {
    const copy = `54 51 0:31 / /rootfs/var/lib/docker/overlay2/${WEB.mountId}/merged rw ${overlay(WEB)}`;
    const found = findingsOf(stateOf({ dead: [], picture: HOST + held(copy).replace(/52 51 .*/, '') }));
    expect(found.map((each) => [each.kind, each.containerName])).toEqual([['latent', 'web']]);
  });
});
