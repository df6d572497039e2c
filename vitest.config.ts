import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { LeftOut } from './test/support/left-out.ts';

/** Loads a host program as its own text, as the bundle does. */
const programText = {
  name: 'program-text',
  enforce: 'pre' as const,
  load(id: string) {
    if (!id.endsWith('.sh')) return null;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

/** Under npx, commands that unbusy prints begin with npx; what the tests expect is the plain form. */
const env = { npm_command: 'test' };

const project = (name: string, extra: object) => ({
  plugins: [programText],
  test: { name, env, include: [`test/${name}/**/*.test.ts`], ...extra },
});

/** Contract tests that look at every mount namespace of this machine: what others make and end meanwhile would be seen. */
const WHOLE_MACHINE = ['test/contract/release/**/*.test.ts', 'test/contract/scan/**/*.test.ts'];
const CONTRACT = { testTimeout: 60_000, hookTimeout: 60_000 };

/** Each file has a lab of its own: as many at a time as the machine has seats for. */
const SEATS = (process.env.UNBUSY_LAB_SEATS ?? '1 2').split(' ').length;
const LAB = { testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: SEATS };

export default defineConfig({
  test: {
    reporters: ['default', new LeftOut()],
    projects: [
      // Nearly all of their time went into reading the same modules again for each file.
      project('unit', { testTimeout: 30_000, isolate: false, maxWorkers: 2, sequence: { groupOrder: 0 } }),
      // They wait for deadlines and for processes most of the time.
      project('contract', { ...CONTRACT, exclude: WHOLE_MACHINE, maxWorkers: 4, sequence: { groupOrder: 1 } }),
      project('contract-machine', {
        ...{ ...CONTRACT, include: WHOLE_MACHINE },
        ...{ fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 2 } },
      }),
      project('lab', { ...LAB, sequence: { groupOrder: 3 } }),
    ],
  },
});
