import { rolloutKeys } from './play-rollout.ts';
import { z } from './schema.ts';

const condition = z.union([z.string(), z.boolean()]);
const tags = z.union([z.string(), z.array(z.string())]);

/** Keys of a task beside its one module. */
export const taskKeys = {
  name: z.string().min(1).describe('What the task achieves; reports, journals and tickets name it by this.'),
  when: z
    .union([condition, z.array(condition)])
    .optional()
    .describe('An expression, or a list of them that must all hold; what cannot be told makes the task unknown.'),
  register: z.string().optional().describe('Name under which later tasks see the result.'),
  become: z.boolean().optional().describe('Whether to be root for this task; overrides the play.'),
  tags: tags.optional().describe('Words that --tags and --skip-tags choose by.'),
  timeout: z
    .union([z.string(), z.number()])
    .optional()
    .describe('How long the task may take on a host: 500ms, 30s, 5m, 1h, or a number of seconds.'),
};

/** Keys of a play beside its tasks. */
export const playKeys = {
  name: z.string().min(1).optional().describe('What the play is for; the host pattern if not given.'),
  hosts: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('Host pattern: names, groups, globs, ranges, lists; `:&group` to narrow, `:!group` to leave out.'),
  vars: z.record(z.string(), z.unknown()).optional().describe('Variables; the inventory and -e override them.'),
  become: z.boolean().optional().describe('Whether to be root for the tasks of the play.'),
  tags: tags.optional().describe('Tags of all its tasks.'),
  ...rolloutKeys,
};
