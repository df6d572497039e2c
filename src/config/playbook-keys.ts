import { rolloutKeys } from './play-rollout.ts';
import { z } from './schema.ts';

const condition = z.union([z.string(), z.boolean()]);
const tags = z.union([z.string(), z.array(z.string())]);

const when = z
  .union([condition, z.array(condition)])
  .optional()
  .describe('An expression, or a list of them that must all hold; what cannot be told makes the task unknown.');

/** Keys of a handler beside its one module. */
export const handlerKeys = {
  name: z.string().min(1).describe('What the task achieves; reports, journals and tickets name it by this.'),
  when,
  register: z.string().optional().describe('Name under which later tasks see the result.'),
  become: z.boolean().optional().describe('Whether to be root for this task; overrides the play.'),
  tags: tags.optional().describe('Words that --tags and --skip-tags choose by.'),
  timeout: z
    .union([z.string(), z.number()])
    .optional()
    .describe(
      'How long the task may take on a host, in a loop each entry: 500ms, 30s, 5m, 1h, or a number of seconds.',
    ),
  loop: z
    .union([z.string(), z.array(z.unknown())])
    .optional()
    .describe('A list, or {{ an expression that gives one }}: the task is done for each entry, which is `item`.'),
  loop_var: z.string().optional().describe('Another name than `item` for the entry of the loop.'),
};

/** Keys of a task beside its one module. */
export const taskKeys = {
  ...handlerKeys,
  notify: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'Handlers that run at the end of the play on a host, once, if this task changed something there, or if what it set ' +
        'is not in effect yet.',
    ),
};

/** Keys of a block beside its lists of tasks. */
export const blockKeys = {
  name: z.string().min(1).optional().describe('What the tasks achieve together.'),
  when: when.describe('Holds for every task of the block, those of `rescue` and `always` too.'),
  become: z.boolean().optional().describe('Whether to be root for the tasks of the block; overrides the play.'),
  tags: tags.optional().describe('Tags of all its tasks.'),
};

/** The lists of tasks of a block. */
export const BLOCK_LISTS = {
  block: 'Tasks, one after the other.',
  rescue:
    'Runs if one of them failed or stayed unknown; a host that is rescued goes on. Sees failed_task and failed_result.',
  always: 'Runs in either case, last.',
} as const;

/** The lists of tasks of a play. */
export const PLAY_LISTS = {
  tasks: 'What to do, in this order: tasks and blocks.',
  handlers:
    'Tasks that run at the end on a host, once, in this order, if another task notified them; also after a failure.',
} as const;

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
