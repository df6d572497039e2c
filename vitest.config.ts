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

const project = (name: string, extra: object) => ({
  plugins: [programText],
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

/** One lab at a time on a machine. */
const LAB = { testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false, maxWorkers: 1 };

export default defineConfig({
  test: {
    reporters: ['default', new LeftOut()],
    projects: [
      project('unit', { testTimeout: 30_000, maxWorkers: 2, sequence: { groupOrder: 0 } }),
      // They wait for deadlines and for processes most of the time.
      project('contract', { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 4, sequence: { groupOrder: 1 } }),
      project('lab', { ...LAB, sequence: { groupOrder: 2 } }),
    ],
  },
});
