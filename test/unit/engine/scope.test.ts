import { describe, expect, it } from 'vitest';
import type { Play, Task } from '../../../src/config/playbook-model.ts';
import { HostScope } from '../../../src/engine/scope.ts';
import { silentSession } from '../../support/shelf.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };
const HOST = {
  name: 'h1',
  groups: [],
  vars: {},
  origin: {},
  target: { name: 'h1', identityFiles: [], transport: 'auto' },
};

const play = (register: string): Play => {
  const task: Task = {
    index: 0,
    name: 't',
    module: 'shelf',
    params: { names: new Set(), render: () => ({ kind: 'known', params: {} }) },
    when: [],
    register,
    tags: [],
    place: PLACE,
  };
  return { name: 'p', hosts: 'all', vars: {}, tags: [], tasks: [task], place: PLACE };
};

describe('names that are registered', () => {
  it('are not known before their task, and stay known in a later play that registers them again', () => {
    const scope = new HostScope(HOST as never, {});
    const { facts } = silentSession();
    scope.enter(play('r'), facts);
    expect(scope.knowsAll(['r'])).toBe(false);
    scope.register('r', { changed: true });
    scope.enter(play('r'), facts);
    expect(scope.names.get('r')).toEqual({ changed: true });
    scope.register('r', undefined);
    scope.enter(play('r'), facts);
    expect(scope.knowsAll(['r'])).toBe(false);
  });
});
