import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readText } from '../../../src/cli/load-inputs.ts';
import { withNearFile } from '../../../src/cli/near-file.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { makeSandbox } from '../../support/sandbox.ts';

let sandbox: ReturnType<typeof makeSandbox>;
let before: string;
beforeEach(() => {
  sandbox = makeSandbox();
  before = process.cwd();
  process.chdir(sandbox.path);
});
afterEach(() => {
  process.chdir(before);
  sandbox.remove();
});

function hintOf(path: string): string | undefined {
  try {
    readText(path);
  } catch (error) {
    return withNearFile(error as UnbusyError).hint;
  }
  return 'it was read';
}

describe('a file that is not there', () => {
  it('is told with the nearest name of its folder, or of playbooks/', () => {
    mkdirSync('playbooks');
    for (const name of ['playbooks/sweep-dead.yml', 'playbooks/heal.yml', 'site.yml']) writeFileSync(name, '');
    expect(hintOf('sweep-dead.yml')).toBe('Did you mean playbooks/sweep-dead.yml?');
    expect(hintOf('heal')).toBe('Did you mean playbooks/heal.yml?');
    expect(hintOf('sweep-daed.yml')).toBe('Did you mean playbooks/sweep-dead.yml?');
    expect(hintOf('playbooks/sweepdead.yml')).toBe('Did you mean playbooks/sweep-dead.yml?');
    expect(hintOf('siet.yml')).toBe('Did you mean site.yml?');
    expect(hintOf(join(sandbox.path, 'sit.yml'))).toBe(`Did you mean ${join(sandbox.path, 'site.yml')}?`);
  });

  it('is told with what is there, or where was looked, if no name is near', () => {
    expect(hintOf('nosuch.yml')).toContain(join(process.cwd(), 'nosuch.yml'));
    mkdirSync('playbooks');
    writeFileSync('playbooks/heal.yml', '');
    expect(hintOf('nosuch.yml')).toBe('Name a file that is there, such as playbooks/heal.yml');
    expect(hintOf('no/such/hosts')).toContain(join(process.cwd(), 'no/such/hosts'));
  });

  it('is no reason to touch another error, or another hint', () => {
    mkdirSync('playbooks');
    expect(hintOf('playbooks')).toBeUndefined();
    const own = new UnbusyError('E_USAGE', 'x', {
      hint: 'Mine.',
      cause: Object.assign(new Error(), { code: 'ENOENT', path: 'a' }),
    });
    expect(withNearFile(own)).toBe(own);
  });
});
