import { describe, expect, it } from 'vitest';
import { playbookJsonSchema } from '../../../src/config/json-schema.ts';
import { MODULES } from '../../../src/modules/registry.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

type Node = { [key: string]: Node } & { required?: string[]; additionalProperties?: unknown; oneOf?: unknown[] };

describe('playbookJsonSchema', () => {
  const schema = playbookJsonSchema(MODULE_FACTS) as Node;
  const task = schema.definitions?.task as Node;
  const params = task.properties?.file_content as Node;

  it('is closed, and wants a name and one module', () => {
    expect(task.required).toEqual(['name']);
    expect(task.additionalProperties).toBe(false);
    expect(task.oneOf).toEqual([{ required: ['file_content'] }, { required: ['command'] }, { required: ['ping'] }]);
    expect(schema.definitions?.play?.additionalProperties).toBe(false);
    expect(schema.definitions?.play?.required).toEqual(['hosts', 'tasks']);
    expect(params.additionalProperties).toBe(false);
    expect(params.required).toEqual(['path']);
  });

  it('lets {{ }} stand for everything that is not text already', () => {
    const template = { type: 'string', pattern: '\\{\\{' };
    expect(params.properties?.path).toEqual({ type: 'string', description: 'The file.' });
    expect(params.properties?.count).toMatchObject({ anyOf: [{ type: 'integer', minimum: 1 }, template] });
    expect(params.properties?.state).toMatchObject({
      default: 'present',
      anyOf: [{ enum: ['present', 'absent'] }, template],
    });
  });

  it('lets a module without needed parameters stand alone', () => {
    expect(task.properties?.ping).toMatchObject({ type: ['object', 'null'], description: 'Does nothing.' });
    expect(params).toMatchObject({ type: 'object' });
  });

  it('knows blocks and handlers, each with its own keys', () => {
    const { block, handler, step } = schema.definitions as Node;
    expect(block).toMatchObject({ required: ['block'], additionalProperties: false });
    expect(Object.keys(block?.properties ?? {})).toEqual([
      'name',
      'when',
      'become',
      'tags',
      'block',
      'rescue',
      'always',
    ]);
    expect(Object.keys(handler?.properties ?? {})).toContain('loop');
    expect(Object.keys(handler?.properties ?? {})).not.toContain('notify');
    expect(Object.keys(task.properties ?? {})).toContain('notify');
    expect(step?.anyOf).toHaveLength(2);
  });

  it('has every module and no reference that leads nowhere', () => {
    const whole = playbookJsonSchema(MODULES);
    const text = JSON.stringify(whole);
    for (const name of MODULES.keys())
      expect(Object.keys((whole as Node).definitions?.task?.properties ?? {})).toContain(name);
    const known = Object.keys((whole as Node).definitions ?? {}).map((name) => `#/definitions/${name}`);
    const used = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]));
    expect([...used].sort()).toEqual(known.sort());
  });
});
