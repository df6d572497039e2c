import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hookCompiler } from '../../../src/cli/hook-compiler.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { MODULES } from '../../../src/modules/registry.ts';

const FOLDER = 'playbooks';
const compileHook = hookCompiler(`${FOLDER}/any.yml`);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));

describe('the shipped playbooks', () => {
  it('are there', () => {
    expect(NAMES).toContain('sweep-dead.yml');
  });

  it.each(NAMES)('%s has no mistakes, and needs no variable that it does not set', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const { plays } = loadPlaybook(name, text, MODULES, { knownNames: new Set(), compileHook });
    expect(plays.length).toBeGreaterThan(0);
    expect(() => loadPlaybook(name, `${text}\n- { hosts: all, taks: [] }\n`, MODULES)).toThrow('taks');
  });

  it.each(NAMES)('%s shows lists and true or false on the command line as what they are, not as text', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const head = text.slice(0, text.indexOf('- name:'));
    expect(head).not.toMatch(/-e \w+=(?:true|false|\[)/);
    if (head.includes('NAME=VALUE')) expect(head).toMatch(/JSON: -e '\{/);
    for (const [, json = ''] of head.matchAll(/-e '(\{.*?\})'/g)) {
      for (const variable of Object.keys(JSON.parse(json))) expect(text).toMatch(new RegExp(`^    ${variable}:`, 'm'));
    }
  });

  it('are explained by an example without mistakes', () => {
    const page = readFileSync(`${FOLDER}/README.md`, 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const [play] = loadPlaybook('README.md', example, MODULES, { knownNames: new Set() }).plays;
    expect(play?.handlers?.map(({ name }) => name)).toEqual(['reload systemd']);
  });
});
