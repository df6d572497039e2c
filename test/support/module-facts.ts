import { conditionSchema } from '../../src/config/condition-schema.ts';
import type { ModuleFacts } from '../../src/config/playbook-model.ts';
import { z } from '../../src/config/schema.ts';

const fileContent: ModuleFacts = {
  name: 'file_content',
  summary: 'Writes a file.',
  needsRoot: true,
  params: z.strictObject({
    path: z.string().describe('The file.'),
    content: z.string().optional(),
    mode: z
      .string()
      .regex(/^[0-7]{3,4}$/, "must be octal digits, such as '0644'")
      .optional(),
    state: z.enum(['present', 'absent']).default('present'),
    count: z.number().int().min(1).optional(),
    words: z.array(z.string()).optional(),
    nested: z.union([z.string(), z.strictObject({ k: z.number() })]).optional(),
    keep: z.boolean().optional(),
  }),
};

const command: ModuleFacts = {
  name: 'command',
  summary: 'Runs a command.',
  needsRoot: false,
  conditions: ['changed_when'],
  params: z
    .strictObject({
      argv: z.array(z.string()).optional(),
      shell: z.string().optional(),
      changed_when: z.union([conditionSchema(), z.array(conditionSchema())]).optional(),
    })
    .superRefine((params, context) => {
      if ((params.argv === undefined) === (params.shell === undefined))
        context.addIssue({ code: 'custom', message: 'needs exactly one of `argv` and `shell`' });
    }),
};

const ping: ModuleFacts = { name: 'ping', summary: 'Does nothing.', needsRoot: false, params: z.strictObject({}) };

/** Modules for tests of the language; the real ones have tests of their own. */
export const MODULE_FACTS: ReadonlyMap<string, ModuleFacts> = new Map(
  [fileContent, command, ping].map((module) => [module.name, module]),
);
