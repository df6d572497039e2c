import { conditionSchema, isCondition } from '../../config/condition-schema.ts';
import { argumentSchema, pathSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS, parseDuration } from '../../core/clock.ts';
import type { Condition } from '../module.ts';

/** What a playbook says of a command. */
export interface CommandParams {
  readonly argv?: readonly string[] | undefined;
  readonly shell?: string | undefined;
  readonly chdir?: string | undefined;
  readonly stdin?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly changed_when?: Condition | undefined;
  readonly failed_when?: Condition | undefined;
  readonly timeout?: string | undefined;
}

const fields = () => ({
  argv: z
    .array(argumentSchema().describe('A word.'))
    .min(1)
    .refine((words) => words[0] !== '' && !words[0]?.startsWith('-'), {
      message: 'the first word must name a program; write ./-name for one that begins with a dash',
    })
    .optional()
    .describe('The command as a list of words; no shell reads them.'),
  shell: argumentSchema()
    .refine((text) => text.trim() !== '', { message: 'must not be empty' })
    .optional()
    .describe(
      'The command as one text for /bin/sh -c. A value in {{ }} becomes part of that text, and the shell reads it: give what comes from a host by argv or stdin.',
    ),
  chdir: pathSchema().optional().describe('Directory to run it in.'),
  stdin: z.string().max(65_536).optional().describe('Text that it is given on stdin; without it, stdin is /dev/null.'),
  creates: pathSchema()
    .optional()
    .describe('A path that it makes: it runs only while this does not exist, and must have made it.'),
  removes: pathSchema()
    .optional()
    .describe('A path that it removes: it runs only while this exists, and must have removed it.'),
  changed_when: conditionSchema()
    .optional()
    .describe(
      'Condition over `result` (exit_code, stdout, stderr) that says whether it changed something. `false`: it only reads, and runs in check mode too.',
    ),
  failed_when: conditionSchema()
    .optional()
    .describe('Condition over `result` that says whether it failed; by default any exit number but 0.'),
  timeout: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, { message: `must be a duration above 0: ${DURATION_FORMS}` })
    .optional()
    .describe(`How long it may run; without it 1m, however long the task may take. A duration: ${DURATION_FORMS}.`),
});

/** One of argv and shell; and something that says whether the command changed the host. */
export const commandParams: z.ZodType<CommandParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (message: string) => context.addIssue({ code: 'custom', message });
    if ((params.argv === undefined) === (params.shell === undefined))
      mistake('needs exactly one of `argv` and `shell`');
    const proves = params.creates !== undefined || params.removes !== undefined;
    if (!proves && params.changed_when === undefined) {
      mistake(
        'needs `creates`, `removes` or `changed_when`: a command cannot prove what it changed (`changed_when: false` if it only reads)',
      );
    }
    if (proves && isLiteralFalse(params.changed_when)) {
      mistake('`changed_when: false` says that it only reads, which does not go with `creates` or `removes`');
    }
  }),
);

/** True for `changed_when: false`, before and after the engine made a condition of it. */
export function isLiteralFalse(condition: unknown): boolean {
  const text = isCondition(condition) ? condition.text : condition;
  return text === false || (typeof text === 'string' && text.trim() === 'false');
}
