import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/modules/dead-containers/findings.ts';
import { orphanTargets } from '../../../../src/mounts/orphans.ts';
import { DEAD, HOST, held, MERGED, MONITOR, overlay, stateOf, WEB } from './sweep-bed.ts';

const ROOT = '/var/lib/docker';

function orphans(picture: string, known = [MONITOR, WEB], root = ROOT, daemon?: number): readonly string[] {
  const { view } = stateOf({ picture, dead: [] });
  return view === undefined ? [] : orphanTargets(view, root, known, daemon).map((target) => target.id);
}

describe('mounts of containers that Docker forgot', () => {
  it('are those in a holder whose layer belongs to nobody', () => {
    expect(orphans(HOST + held())).toEqual([DEAD.mountId]);
    expect(orphans(HOST + held(), [MONITOR, WEB, DEAD])).toEqual([]);
    expect(orphans(HOST)).toEqual([]);
  });

  it('are not those that the host or Docker itself has: something may just be made there', () => {
    const made = HOST.replace('ns 300', `2 1 0:60 / ${MERGED} rw ${overlay(DEAD)}\n  ns 300`);
    expect(orphans(made + held())).toEqual([]);
    expect(orphans(HOST + held(), [MONITOR, WEB], ROOT, 2000)).toEqual([]);
  });

  it('are not those of another data root, nor without one', () => {
    expect(orphans(HOST + held(), [MONITOR, WEB], '/data/docker')).toEqual([]);
    expect(orphans(HOST + held(), [MONITOR, WEB], '')).toEqual([]);
  });

  it('are found by the place of their shared memory too', () => {
    const shm = `70 51 0:70 / /rootfs${ROOT}/containers/${DEAD.id}/mounts/shm rw - tmpfs shm rw`;
    expect(orphans(HOST + held(shm).replace(/52 51 .*/, ''))).toEqual([DEAD.id]);
  });
});

describe('tasks in state D', () => {
  const stuck = { tid: 9, pid: 9, command: 'sh', waitsIn: 'io_schedule', containerId: WEB.id };

  it('are named with the container, which is no leak', () => {
    const state = { ...stateOf({ picture: HOST, dead: [] }), stuck: [stuck, { ...stuck, containerId: undefined }] };
    const found = findingsOf({
      ...state,
      stuck: state.stuck.map(({ containerId, ...rest }) =>
        containerId === undefined ? rest : { ...rest, containerId },
      ),
    });
    expect(found).toMatchObject([{ kind: 'not-a-leak', containerName: 'web' }]);
    expect(found[0]?.title).toContain('waiting in io_schedule');
  });
});
