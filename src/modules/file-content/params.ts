import { modeSchema, pathSchema, principalSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import { MAX_CONTENT_BYTES } from '../../programs/write-file.ts';

/** What a playbook says of a file. */
export interface FileContentParams {
  readonly path: string;
  readonly state: 'present' | 'absent';
  readonly content?: string | undefined;
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly backup: boolean;
  readonly follow: boolean;
}

const fields = () => ({
  path: pathSchema().describe('The file.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it should be there.'),
  content: z.string().optional().describe('All that it should hold; at most 1 MiB.'),
  mode: modeSchema().optional().describe("Its mode, such as '0644'; left as it is if not given, 0644 for a new file."),
  owner: principalSchema().optional().describe('Its owner; left as it is if not given.'),
  group: principalSchema().optional().describe('Its group; left as it is if not given.'),
  backup: z.boolean().default(false).describe('Keep the old file beside it as PATH.unbusy-SHA256.'),
  follow: z
    .boolean()
    .default(false)
    .describe('If the path is a symbolic link: write what it leads to, instead of refusing.'),
});

/** Content goes with present only, and is needed there. */
export const fileContentParams: z.ZodType<FileContentParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (params.state === 'present' && params.content === undefined)
      mistake('content', 'is needed, unless `state: absent`');
    if (params.state === 'absent') {
      for (const field of ['content', 'mode', 'owner', 'group'] as const) {
        if (params[field] !== undefined) mistake(field, 'does not go with `state: absent`');
      }
    }
    if (params.content !== undefined && Buffer.byteLength(params.content) > MAX_CONTENT_BYTES) {
      mistake('content', `is larger than ${MAX_CONTENT_BYTES} bytes`);
    }
  }),
);
