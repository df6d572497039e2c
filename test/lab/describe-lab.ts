import { afterAll, beforeAll, describe } from 'vitest';
import { canRunLab } from './can-run.ts';
import type { LabHost } from './host.ts';
import type { HostOptions } from './host-options.ts';
import { type Lab, openLab } from './lab.ts';

/**
 * Describes tests on lab hosts, which are booted before the first and ended after the last. Tests on different
 * hosts run side by side; each takes its turn with `hosts.a.fresh(…)`. Where no lab can be, says so and skips all.
 */
export function describeLab<Name extends string>(
  title: string,
  wanted: Readonly<Record<Name, Omit<HostOptions, 'name'>>>,
  tests: (hosts: Readonly<Record<Name, LabHost>>, lab: () => Lab) => void,
): void {
  const ability = canRunLab();
  if (!ability.ok) process.stderr.write(`${title}: ${ability.why}\n`);
  describe.skipIf(!ability.ok).concurrent(title, () => {
    let lab: Lab;
    const hosts = {} as Record<Name, LabHost>;
    beforeAll(async () => {
      lab = await openLab();
      const names = Object.keys(wanted) as Name[];
      await Promise.all(
        names.map(async (name) => {
          hosts[name] = await lab.host({ name, ...wanted[name] });
        }),
      );
    });
    afterAll(() => lab?.close());
    tests(hosts, () => lab);
  });
}
