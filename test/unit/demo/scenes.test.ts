import { describe, expect, it } from 'vitest';
import { demoId, processNames, SCENES, sceneLines } from '../../../src/demo/scenes.ts';

describe('the scenes of the demo', () => {
  it('shows a host in order beside hosts with leaks, and something alive beside what is dead', () => {
    const inOrder = SCENES.filter(({ containers }) => containers.every(({ status }) => status === 'up'));
    expect(inOrder.map(({ host }) => host)).toEqual(['db-1']);
    expect(new Set(SCENES.flatMap(({ containers }) => containers.map(({ status }) => status))).size).toBe(3);
  });

  it('has names that host-init.sh can read, and that fit into a command name of the kernel', () => {
    for (const scene of SCENES) {
      expect(sceneLines(scene).trim().split('\n')).toHaveLength(scene.containers.length + 1);
      for (const line of sceneLines(scene).trim().split('\n').slice(0, -1)) expect(line.split('|')).toHaveLength(7);
      for (const name of processNames(scene)) expect(name).toMatch(/^[a-z_-]{1,15}$/);
    }
  });

  it('gives every container of every host an id of its own, the same each time', () => {
    const ids = SCENES.flatMap(({ host, containers }) => containers.map(({ name }) => demoId(host, name)));
    expect(new Set(ids).size).toBe(ids.length);
    expect(demoId('db-1', 'shop-db')).toMatch(/^[0-9a-f]{64}$/);
    expect(demoId('db-1', 'shop-db')).toBe(demoId('db-1', 'shop-db'));
  });
});
