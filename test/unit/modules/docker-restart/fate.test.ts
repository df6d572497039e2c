import { describe, expect, it } from 'vitest';
import { blastOf, configuredLiveRestore, fateOf, liveRestoreOf } from '../../../../src/modules/docker-restart/fate.ts';
import { container, LIVE, restartState } from './restart-cases.ts';

describe('live-restore', () => {
  it('holds only if the daemon that goes and the one that comes want it', () => {
    expect(liveRestoreOf(restartState({ view: LIVE }))).toBe('kept');
    expect(liveRestoreOf(restartState({ view: { ...LIVE, liveRestore: false } }))).toBe('stops');
    expect(liveRestoreOf(restartState({ view: { ...LIVE, config: { kind: 'absent', text: '' } } }))).toBe('stops');
    expect(liveRestoreOf(restartState({ view: { ...LIVE, liveRestore: undefined } }))).toBe('unknown');
    expect(liveRestoreOf(restartState({ view: { ...LIVE, config: { kind: 'unreadable', text: '' } } }))).toBe(
      'unknown',
    );
    expect(liveRestoreOf(restartState({ view: LIVE, properties: { KillMode: 'control-group' } }))).toBe('unknown');
  });

  it.each([
    [['dockerd', '--live-restore'], '{}', true],
    [['dockerd', '--live-restore=false'], '{}', false],
    [['dockerd'], '{"live-restore":true}', true],
    [['dockerd'], '{"live-restore":false}', false],
    [['dockerd'], '{}', false],
    [['dockerd'], '', false],
    [['dockerd'], '{"live-restore":true', undefined],
  ])('of %j with %j is %s', (words, text, expected) => {
    const { view } = restartState({ view: { arguments: words, config: { kind: 'read', text } } });
    expect(configuredLiveRestore(view)).toBe(expected);
  });
});

describe('the fate of a container', () => {
  it.each([
    [{ policy: 'no' }, 'ends'],
    [{ policy: '' }, 'ends'],
    [{ policy: 'always' }, 'returns'],
    [{ policy: 'unless-stopped' }, 'returns'],
    [{ policy: 'on-failure' }, 'may-return'],
    [{ policy: 'always', autoRemove: true }, 'ends'],
  ] as const)('%j: %s', (twist, fate) => {
    expect(fateOf(container('web', twist), 'stops')).toBe(fate);
    expect(fateOf(container('web', twist), 'unknown')).toBe(fate);
    expect(fateOf(container('web', twist), 'kept')).toBe('stays');
  });

  it('is told by name before the restart, with what else it breaks off', () => {
    const containers = [
      container('once'),
      container('tmp', { autoRemove: true }),
      container('forever', { policy: 'always', execs: 1 }),
      container('perhaps', { policy: 'on-failure', execs: undefined }),
    ];
    const activities = [{ kind: 'pull' as const, what: 'process 7' }];
    expect(blastOf(restartState({ view: { containers, activities } }), 'stops')).toEqual([
      'stops and comes back: forever',
      'stops, and comes back only if it ends with an error (on-failure): perhaps',
      'stops and does not come back by itself: once',
      'stops and is removed (--rm): tmp',
      'loses its exec sessions (a health check may be one): forever, perhaps',
      'breaks off a pull: process 7',
      'builds and pulls that leave no trace here, of a client elsewhere, cannot be seen',
    ]);
    expect(blastOf(restartState({ view: { containers: [container('web')] } }), 'kept')[0]).toBe(
      'keeps running (live-restore): web',
    );
  });
});
