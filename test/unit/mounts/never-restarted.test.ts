import { describe, expect, it } from 'vitest';
import { matchesGlob, nameOnList, namesOfTask, neverRestartedName } from '../../../src/mounts/never-restarted.ts';

describe('what is not restarted unless it is named', () => {
  it.each([
    'sshd.service',
    'ssh.service',
    'dbus-broker.service',
    'systemd-udevd.service',
    'user@1000.service',
    'docker.service',
    'containerd.service',
    'kubelet',
    'ceph-osd@3.service',
    'mysqld',
    'mariadb',
    'postgresql@14-main.service',
    'mongod',
    'redis-server',
    'etcd',
    'firewalld',
    'ip6tables.service',
    'tailscaled',
    'wg-quick@wg0.service',
    'ovs-vswitchd',
    'keepalived.service',
    'k3s-server',
    'vault',
    'sqlservr',
    'ora_pmon_XE',
    'autofs',
  ])('%s', (name) => {
    expect(neverRestartedName(['harmless', name])).toBe(name);
  });

  it.each([
    'ntpd.service',
    'nginx.service',
    'httpd',
    'chronyd.service',
    'cadvisor',
    'mydbus',
    'dockerfile-lint.service',
  ])('not %s', (name) => {
    expect(neverRestartedName([name])).toBeUndefined();
  });

  it('takes globs as they are meant: only * and ? are special', () => {
    expect(matchesGlob('a?c*', 'abcd')).toBe(true);
    expect(matchesGlob('a.c', 'abc')).toBe(false);
    expect(matchesGlob('ntp', 'ntpd')).toBe(false);
    expect(nameOnList(['a', 'b'], ['x', 'b*'])).toBe('b');
  });

  it('knows a task by its command, its program and its unit', () => {
    const task = {
      pid: 1,
      tid: 1,
      startTime: '1',
      command: 'my-db',
      executable: '/usr/sbin/mysqld (deleted)',
      unit: 'shop.service',
    };
    expect(namesOfTask(task)).toEqual(['my-db', 'mysqld', 'shop.service', 'shop']);
    expect(namesOfTask({ pid: 1, tid: 1, startTime: '1', command: 'sh' })).toEqual(['sh', 'sh']);
  });
});
