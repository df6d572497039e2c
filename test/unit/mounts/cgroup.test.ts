import { describe, expect, it } from 'vitest';
import { readCgroups } from '../../../src/mounts/cgroup.ts';

const ID = '0123456789abcdef'.repeat(4);
const OTHER = 'fedcba9876543210'.repeat(4);

describe('readCgroups', () => {
  const inContainer = [
    `/docker/${ID}`,
    `/system.slice/docker-${ID}.scope`,
    `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
    `/kubepods/burstable/pod8e7d3c6a-1111-2222-3333-444455556666/${ID}`,
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod8e7d3c6a_1111_2222_3333_444455556666.slice/cri-containerd-${ID}.scope`,
    `/kubepods.slice/kubepods-pod8e7d.slice/crio-${ID}.scope`,
    `/kubepods/besteffort/pod8e7d/crio-${ID}`,
    `/machine.slice/libpod-${ID}.scope`,
    `/machine.slice/libpod-${ID}.scope/container`,
    `/system.slice/docker-${ID}.scope/init.scope`,
    `/docker/${OTHER}/docker/${ID}`,
  ];
  it.each(inContainer)('sees the container in %s', (path) => {
    expect(readCgroups([path]).containerId).toBe(ID);
  });

  it.each([
    `/machine.slice/libpod-conmon-${ID}.scope`,
    `/kubepods.slice/crio-conmon-${ID}.scope`,
    `/x/${ID}0`,
    `/x/${ID.slice(1)}`,
    '/',
  ])('sees no container in %s', (path) => {
    expect(readCgroups([path])).not.toHaveProperty('containerId');
  });

  it('takes any of the lines of cgroup v1', () => {
    expect(readCgroups(['/', '/system.slice', `/docker/${ID}`]).containerId).toBe(ID);
  });

  it.each([
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service', 'user@1000.service'],
    ['/machine.slice/machine-web.scope/payload/system.slice/nginx.service', 'machine-web.scope'],
    ['/lxc.payload.web/system.slice/nginx.service', undefined],
    ['/../system.slice/nginx.service', undefined],
  ])('does not take the unit of another manager for one of the host: %s', (path, unit) => {
    expect(readCgroups([path]).unit).toBe(unit);
  });

  it('names the unit of the host', () => {
    expect(readCgroups(['/system.slice/system-getty.slice/getty@tty1.service']).unit).toBe('getty@tty1.service');
    expect(readCgroups(['/system.slice/ntpd.service']).unit).toBe('ntpd.service');
    expect(readCgroups(['/user.slice/user-0.slice/session-3.scope']).unit).toBe('session-3.scope');
    expect(readCgroups(['/system.slice/a\\x2db.service/sub']).unit).toBe('a\\x2db.service');
    expect(readCgroups(['/system.slice', '/'])).toEqual({});
  });
});
