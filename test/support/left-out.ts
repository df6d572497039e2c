import type { Reporter, TestModule } from 'vitest/node';
import { canRunLab } from '../lab/can-run.ts';

/** Says below the results, in one line for each suite, how many tests were left out and why. */
export class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = new Map<string, { tests: number; files: number }>();
    for (const module of modules) {
      const tests = [...module.children.allTests('skipped')].length;
      const suite = module.project.name;
      const before = skipped.get(suite) ?? { tests: 0, files: 0 };
      if (tests > 0) skipped.set(suite, { tests: before.tests + tests, files: before.files + 1 });
    }
    for (const [suite, { tests, files }] of skipped) {
      process.stderr.write(`LEFT OUT of ${suite}: tests ${tests}, in files ${files}: ${whyLeftOut(suite)}\n`);
    }
  }
}

function whyLeftOut(suite: string): string {
  const lab = canRunLab();
  if (suite === 'lab' && !lab.ok) return lab.why;
  const lacking = process.getuid?.() === 0 ? '' : 'need root, or ';
  return `${lacking}do not fit this machine or the case; an arrow down marks each above`;
}
