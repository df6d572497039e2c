import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModuleBed } from './module-kit.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/installer-patch');
const HOOK = '/opt/product/release mounts.sh';

/** Asks for sh, which every kind of host of the kit has. */
function layFixture(fixture: string, path: string): void {
  writeFileSync(path, readFileSync(join(FIXTURES, fixture), 'utf8').replace('#!/bin/bash', '#!/bin/sh'));
}

function bed(name: string, fixture: string, file: string, params: Readonly<Record<string, unknown>>): ModuleBed {
  return {
    name,
    lay: (sandbox) => {
      layFixture(fixture, join(sandbox, file));
      return { path: join(sandbox, file), ...params };
    },
    disturb: (sandbox) => writeFileSync(join(sandbox, file), '#!/bin/sh\n'),
    callsHost: true,
  };
}

/** Beds of installer_patch, one for each kind of file. */
export const INSTALLER_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  installer_patch: [
    bed('an install script', 'report-install.sh', 'install.sh', { strategy: 'privileged', hook: HOOK, backup: true }),
    bed('an uninstall script', 'report-uninstall.sh', 'un install.sh', { kind: 'shell_uninstall', hook: HOOK }),
    bed('a compose file', 'compose.yml', 'compose.yml', { strategy: 'rslave' }),
    bed('a unit', 'cadvisor.service', 'cadvisor.service', { strategy: 'privileged' }),
    {
      name: 'nothing of ours to take out',
      lay: (sandbox) => {
        layFixture('report-install.sh', join(sandbox, 'install.sh'));
        return { path: join(sandbox, 'install.sh'), state: 'absent' };
      },
      callsHost: true,
    },
  ],
};
