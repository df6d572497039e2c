import { expect, test, vi } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { hostState } from './host-state.ts';
import { openLab } from './lab.ts';

const MOUNT_ELSEWHERE = `
  mkdir -p /root/point /root/free
  mount -t tmpfs point /root/point
  unshare --mount --propagation private sleep 60 >/dev/null 2>&1 </dev/null &
  until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.1; done
  umount /root/point
  echo $!
`;

describeLab(
  'the lab',
  { plain: { topology: 'own-service' }, old: { topology: 'child', legacyRmdir: true } },
  (hosts, lab) => {
    test('both topologies run containers, privileged ones too', async () => {
      for (const host of [hosts.plain, hosts.old]) {
        await host.fresh(async () => {
          expect(await host.must('docker run --rm --privileged lab/busybox echo works')).toBe('works');
        });
      }
    });

    test('containerd is where the topology says', async () => {
      const parent = `ps -o comm= -p $(ps -o ppid= -p $(pgrep -x containerd))`;
      await hosts.plain.fresh(async (host) => expect(await host.must(parent)).toBe('systemd'));
      await hosts.old.fresh(async (host) => expect(await host.must(parent)).toBe('dockerd'));
    });

    test('legacy rule: a mount in another namespace makes rmdir busy', async () => {
      await hosts.old.fresh(async (host) => {
        const holder = await host.must(MOUNT_ELSEWHERE);
        const busy = await host.sh('rmdir /root/point');
        expect(busy.stderr).toContain('Device or resource busy');
        expect((await host.sh('cd /root && rmdir point')).code).toBe(1);
        expect((await host.sh('rmdir /root/free')).code).toBe(0);
        await host.must(`kill ${holder}; while [ -e /proc/${holder} ]; do sleep 0.1; done; rmdir /root/point`);
      });
    });

    test('without the legacy rule the same rmdir succeeds and detaches the copy', async () => {
      await hosts.plain.fresh(async (host) => {
        const holder = await host.must(MOUNT_ELSEWHERE);
        expect(await host.must(`grep -c ' /root/point ' /proc/${holder}/mountinfo`)).toBe('1');
        expect((await host.sh('rmdir /root/point')).code).toBe(0);
        expect((await host.sh(`grep -c ' /root/point ' /proc/${holder}/mountinfo`)).stdout.trim()).toBe('0');
      });
    });

    test('two looks at a host are the same, and a change shows', async () => {
      await hosts.plain.fresh(async (host) => {
        await host.must('docker run -d --name web lab/busybox');
        const before = await hostState(host);
        expect(await hostState(host)).toBe(before);
        await host.must('docker exec web mount -t tmpfs t /tmp 2>/dev/null || mount -t tmpfs t /mnt');
        expect(await hostState(host)).not.toBe(before);
      });
    });

    test('bystanders stay equal while nothing happens, and a restart of one shows', async () => {
      await hosts.plain.fresh(async (host) => {
        await host.must('docker run -d --name web lab/busybox; docker run -d --name agent lab/pause');
        const before = await bystanders(host);
        expect(before.map(({ name, canExec }) => [name, canExec])).toEqual([
          ['agent', true],
          ['web', true],
        ]);
        expect(await bystanders(host)).toEqual(before);
        await host.must('docker restart -t 0 web');
        expect(await bystanders(host)).not.toEqual(before);
      });
    });

    test('a stopped host is gone, a host that is cut off is silent, and both come back', async () => {
      await hosts.plain.fresh(async (host) => {
        await host.cut();
        expect((await host.sh('true', { user: 'ops' })).code).toBe(255);
        await host.heal();
        expect((await host.sh('true', { user: 'ops' })).code).toBe(0);
        await host.stop();
        expect((await host.sh('true')).code).toBe(255);
        await host.start();
        expect((await host.sh('true')).code).toBe(0);
      });
    });

    test('there is one lab at a time in a seat', async () => {
      vi.stubEnv('UNBUSY_LAB_SEATS', `${lab().seat.number}`);
      vi.stubEnv('UNBUSY_LAB_WAIT', '0');
      await expect(openLab()).rejects.toThrow('another lab is up');
    });
  },
);
