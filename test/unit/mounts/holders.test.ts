import { describe, expect, it } from 'vitest';
import { alsoHolding, holderOf, runtimeKind } from '../../../src/mounts/holders.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const ID = 'c'.repeat(64);

function holder(tasks: string) {
  const view = viewOf(`host 1\nown 1\nns 2\n${tasks}`);
  const [namespace] = view.namespaces;
  if (namespace === undefined) throw new Error('no namespace');
  return { namespace, found: holderOf(namespace, view, [container({ id: ID, name: 'web' })]) };
}

describe('holderOf', () => {
  it.each([
    [`task 7 7 1 nginx /usr/sbin/nginx /docker/${ID}`, 'container', 'web'],
    [`task 7 7 1 nginx /usr/sbin/nginx /kubepods/pod1/${'d'.repeat(64)}`, 'container', 'dddddddddddd'],
    ['task 7 7 1 ntpd /usr/sbin/ntpd /system.slice/ntpd.service', 'unit', 'ntpd.service'],
    ['task 7 7 1 dockerd /usr/bin/dockerd /system.slice/docker.service', 'dockerd', 'dockerd'],
    [
      'task 7 7 1 docker-containe /usr/bin/docker-containerd-shim-current /system.slice/docker.service',
      'shim',
      'docker-containerd-shim-current',
    ],
    [
      'task 7 7 1 containerd-shim /usr/bin/containerd-shim-runc-v2 /system.slice/containerd.service',
      'shim',
      'containerd-shim-runc-v2',
    ],
    ['task 7 7 1 containerd /usr/bin/containerd /system.slice/containerd.service', 'containerd', 'containerd'],
    [`task 7 7 1 conmon /usr/bin/conmon /machine.slice/libpod-conmon-${ID}.scope`, 'shim', 'conmon'],
    ['task 7 7 1 sleep /usr/bin/sleep /', 'process', 'sleep'],
    ['pin /run/snapd/ns/lxd.mnt', 'pinned', '/run/snapd/ns/lxd.mnt'],
  ])('%s', (tasks, kind, name) => {
    expect(holder(tasks).found).toMatchObject({ kind, name, namespace: 2 });
  });

  it('calls the namespace of PID 1 the host, whoever else lives there', () => {
    const view = viewOf(
      `host 2\nown 2\nns 2\ntask 1 1 1 systemd /sbin/init /init.scope\ntask 7 7 9 dockerd /usr/bin/dockerd /system.slice/docker.service`,
    );
    const [namespace] = view.namespaces;
    expect(namespace && holderOf(namespace, view)).toMatchObject({ kind: 'process', name: 'host', pid: 1 });
  });

  it('prefers a container to what manages it, and names the rest', () => {
    const { namespace, found } = holder(
      `task 6 6 1 runc /usr/bin/runc /system.slice/docker.service\ntask 7 7 2 sh /bin/sh /docker/${ID}`,
    );
    expect(found).toMatchObject({ kind: 'container', pid: 7, startTime: '2', containerId: ID });
    expect(alsoHolding(namespace, found)).toEqual(['runc (pid 6)']);
  });
});

it('does not take the client for the daemon, nor a namesake', () => {
  const task = (command: string, executable: string, unit: string) =>
    runtimeKind({ pid: 1, tid: 1, startTime: '1', command, executable, unit });
  expect(task('docker', '/usr/bin/docker', 'session-1.scope')).toBeUndefined();
  expect(task('docker', '/usr/bin/docker', 'docker.service')).toBe('dockerd');
  expect(task('dockerd', '/usr/bin/dockerd (deleted)', 'docker.service')).toBe('dockerd');
  expect(task('containerd-x', '/opt/containerd-x', 'x.service')).toBeUndefined();
});
