import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { awkKinds } from './awk-kinds.ts';
import { Bed, namespaceOf } from './bed.ts';

const isRoot = process.getuid?.() === 0;
const CONTAINER = 'c'.repeat(64);

describe.skipIf(!isRoot)('scan-mounts of services (needs root)', () => {
  const bed = new Bed();
  const pids = new Map<string, number>();
  const cgroups = {
    service: '/system.slice/ntpd.service',
    worker: '/system.slice/system-agent.slice/agent@1.service/worker',
    inside: `/docker/${CONTAINER}/system.slice/ntpd.service`,
    session: '/user.slice/user-0.slice/session-1.scope',
    bare: '/',
    named: '/system.slice/not.services.d/x',
  };
  beforeAll(async () => {
    mkdirSync(join(bed.directory, 'cgroups'));
    for (const [name, path] of Object.entries(cgroups)) {
      writeFileSync(join(bed.directory, 'cgroups', name), `1:name=systemd:${path}\n0::/\n`);
      pids.set(name, await bed.hold('echo ready; exec sleep 1000'));
    }
  });
  afterAll(() => bed.close());

  for (const kind of awkKinds()) {
    it(`prints the tables of services and no others, with ${kind.name}`, async () => {
      const binds = [...pids].map(
        ([name, pid]) => `mount --bind '${bed.directory}/cgroups/${name}' /proc/${pid}/cgroup;`,
      );
      const command = [
        'unshare',
        '-m',
        '--propagation',
        'private',
        'sh',
        '-c',
        `${binds.join(' ')} exec "$@"`,
        'sh',
        ...kind.command,
      ];
      const scan = await scanMounts(new ShellHost({ ...kind, command }), { services: true });
      if (scan.kind === 'unknown') throw scan.error;
      const shown = (name: keyof typeof cgroups) =>
        scan.view.namespaces.find(({ inode }) => inode === namespaceOf(pids.get(name)));
      expect(shown('service')?.mounts?.length).toBeGreaterThan(0);
      expect(shown('service')?.tasks).toMatchObject([{ pid: pids.get('service'), unit: 'ntpd.service' }]);
      expect(shown('worker')?.tasks).toMatchObject([{ unit: 'agent@1.service' }]);
      expect(shown('inside')?.tasks).toMatchObject([{ containerId: CONTAINER }]);
      for (const name of ['session', 'bare', 'named'] as const) {
        expect(shown(name), name).toBeDefined();
        expect(shown(name)?.mounts, name).toBeUndefined();
      }
    });
  }
});
