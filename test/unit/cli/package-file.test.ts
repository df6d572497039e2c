import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageFile, SWEEP, typedPackageFile } from '../../../src/cli/package-file.ts';

describe('a file of the package', () => {
  it('is there, and is typed as short as the working directory allows', () => {
    expect(existsSync(packageFile(SWEEP))).toBe(true);
    const cwd = vi.spyOn(process, 'cwd');
    try {
      cwd.mockReturnValue(packageFile(SWEEP).replace(`/${SWEEP}`, ''));
      expect(typedPackageFile(SWEEP)).toBe(SWEEP);
      cwd.mockReturnValue('/nowhere');
      expect(typedPackageFile(SWEEP)).toBe(packageFile(SWEEP));
      expect(isAbsolute(typedPackageFile(SWEEP))).toBe(true);
    } finally {
      cwd.mockRestore();
    }
  });

  it('that is missing stops what needs it, but not what only names it', () => {
    expect(() => packageFile('playbooks/none.yml')).toThrow(/missing from the installed package/);
    expect(typedPackageFile('playbooks/none.yml')).toMatch(/playbooks\/none\.yml$/);
  });
});
