import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/modules/leaked-mounts/findings.ts';
import { leakedMountsParams } from '../../../../src/modules/leaked-mounts/params.ts';
import { refuseLeaks } from '../../../../src/modules/leaked-mounts/plan.ts';
import type { Unseen } from '../../../../src/modules/leaked-mounts/state.ts';
import { dockersOwn, judgeUnseen, refuseDockers } from '../../../../src/modules/leaked-mounts/unseen-container.ts';
import type { RuntimeFacts } from '../../../../src/mounts/runtime-standing.ts';
import { container } from '../../../support/mount-view.ts';
import { CONTAINER, LAYER, PWEB_SHM, runtimeFacts, runtimePicture, SOCKET } from '../../../support/runtime-picture.ts';
import { ask } from './leak-bed.ts';

const PLAIN = runtimePicture();

function judge(word: string, twist: Partial<RuntimeFacts> = {}, view = PLAIN): Unseen {
  return judgeUnseen(leakedMountsParams.parse({ container: word }), runtimeFacts(twist), view);
}

const known = (state: 'ended' | 'living', name = 'pweb') =>
  [{ runtime: 'podman', socket: '', namespace: '', id: CONTAINER, state, name }] as const;

describe("a container of Docker's", () => {
  const dead = container({
    id: 'ab'.repeat(32),
    name: 'shop-d4',
    status: 'removing',
    removing: true,
    mountId: 'e5'.repeat(32),
  });

  it('is known by its name, its id, what begins it, and its layer; no other is', () => {
    for (const word of ['shop-d4', dead.id, dead.id.slice(0, 12), 'e5'.repeat(32)]) {
      expect(dockersOwn(word, [dead]), word).toBe(dead);
    }
    for (const word of ['shop-d', 'shop', 'f'.repeat(12), dead.id.slice(0, 5)]) {
      expect(dockersOwn(word, [dead]), word).toBeUndefined();
    }
  });

  it('is refused in every state, and the sweep is named for a dead one alone', () => {
    expect(refuseDockers(dead)).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining('Use playbooks/sweep-dead.yml'),
    });
    const living = refuseDockers(container({ id: 'ab'.repeat(32), name: 'web', status: 'running' }));
    expect(living).toMatchObject({ kind: 'refused', why: expect.stringContaining('it lives') });
    expect(JSON.stringify(living)).not.toContain('sweep-dead');
    expect(refuseDockers(container({ id: 'ab'.repeat(32), name: 'web', status: 'exited' }))).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('a container of which no mount was seen', () => {
  it('is refused if nobody knows its name, and believed to be gone if nobody knows its full id', () => {
    expect(judge('nosuch-xyz')).toMatchObject({ kind: 'refused', why: expect.stringContaining('nobody knows') });
    expect(judge(CONTAINER.slice(0, 12))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('nobody knows'),
    });
    expect(judge(CONTAINER)).toMatchObject({
      kind: 'clear',
      title: expect.stringContaining('no runtime of the host knows'),
    });
  });

  it('is no clear case while a mount names the id', () => {
    expect(judge(CONTAINER, {}, runtimePicture(PWEB_SHM))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('is mounted'),
    });
  });

  it('is refused while it lives, by whatever name, and is clear once it has ended', () => {
    const layers = [{ layer: LAYER, id: CONTAINER, name: 'pweb' }];
    for (const word of ['pweb', CONTAINER, CONTAINER.slice(0, 12), LAYER]) {
      expect(judge(word, { known: known('living'), layers }), word).toMatchObject({
        why: expect.stringContaining('lives'),
      });
      expect(judge(word, { known: known('ended'), layers }), word).toMatchObject({ kind: 'clear' });
    }
    const tasks = [{ token: CONTAINER, pid: 9, command: 'sleep' }];
    expect(judge(CONTAINER, { tasks })).toMatchObject({ kind: 'refused', why: expect.stringContaining('process 9') });
  });

  it('is not called gone where somebody did not answer', () => {
    const answers = [{ runtime: 'containerd', socket: SOCKET, answer: 'late' }] as const;
    expect(judge(CONTAINER, { answers })).toMatchObject({ kind: 'refused', why: expect.stringContaining('not known') });
  });
});

describe('what no mount was seen of, in a run', () => {
  const params = leakedMountsParams.parse({ container: 'web' });
  const { state } = ask(PLAIN, { params: { container: 'web' } });

  it('is a refusal, but not for what this run has released itself', () => {
    const unseen = judge('web');
    expect(refuseLeaks({ ...state, unseen }, params, new Map())).toHaveLength(1);
    const tried = new Map([['unmount:400:84', { kind: 'as-wanted' } as const]]);
    expect(refuseLeaks({ ...state, unseen }, params, tried)).toEqual([]);
    expect(refuseLeaks(state, params, new Map())).toEqual([]);
  });

  it('is told by a finding that counts as no leak', () => {
    const unseen: Unseen = { kind: 'clear', title: 'nothing is mounted at or below /nosuch', ground: 'the tables' };
    expect(findingsOf({ ...state, unseen })).toMatchObject([{ kind: 'not-a-leak', title: unseen.title }]);
    expect(findingsOf({ ...state, unseen: judge('web') })).toEqual([]);
  });
});
