import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadInventory } from '../../../src/config/inventory.ts';
import { fileReader } from '../../../src/config/text-reader.ts';

const FOLDER = 'inventory';
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yml'));
const readme = readFileSync(`${FOLDER}/README.md`, 'utf8');

/** Addresses that are not reserved for documentation (RFC 5737, RFC 3849) and names that are not (RFC 2606). */
function realNames(text: string): readonly string[] {
  const addresses = [...text.matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)].map(([address]) => address);
  const names = [...text.matchAll(/\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|cn)\b/g)].map(([name]) => name);
  return [
    ...addresses.filter((address) => !/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address)),
    ...names.filter((name) => !/(?:^|\.)example\.(?:com|net|org)$/.test(name)),
  ];
}

describe('the example inventories', () => {
  it('are there', () => {
    expect(files).toEqual(['example.yml', 'from-ansible.yml']);
  });

  it.each(files)('%s loads without mistake or notice', (file) => {
    const inventory = loadInventory(`${FOLDER}/${file}`, fileReader);
    expect(inventory.hosts.size).toBeGreaterThan(3);
    expect(inventory.notices).toEqual([]);
  });

  it('name nobody', () => {
    expect(realNames([readme, ...files.map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'))].join('\n'))).toEqual(
      [],
    );
    expect(realNames('10.1.2.3 db.corp.com 192.0.2.1 a.example.com')).toEqual(['10.1.2.3', 'db.corp.com']);
  });

  it('are what the README shows', () => {
    const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks)
      expect(() => loadInventory('README', { read: () => block, exists: () => false })).not.toThrow();
  });
});
