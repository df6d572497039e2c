import { modeSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import { unitSchema } from '../../config/unit-schema.ts';

/** Values of one key: several are written as several lines, in their order. */
type Setting = string | number | boolean | readonly (string | number | boolean)[];

/** What a playbook says of a drop-in. */
export interface DropInParams {
  readonly unit: string;
  readonly name: string;
  readonly state: 'present' | 'absent';
  readonly content?: string | undefined;
  readonly settings?: Readonly<Record<string, Readonly<Record<string, Setting>>>> | undefined;
  readonly mode: string;
}

const plain = () =>
  z.union([
    z.string().refine((text) => !/[\0\r\n]/.test(text), { message: 'must be one line' }),
    z.number(),
    z.boolean(),
  ]);

const section = () => z.string().regex(/^(?:X-)?[A-Z][A-Za-z0-9-]*$/, 'must be a section, such as Service');

const key = () => z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'must be the key of a setting, such as MountFlags');

const fields = () => ({
  unit: unitSchema().describe('The unit, such as docker.service.'),
  name: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_.@-]+\.conf$/, 'must be a file name that ends in .conf, such as 10-mount-flags.conf')
    .refine((name) => !name.startsWith('.'), { message: 'must not begin with a dot: systemd would not read it' })
    .describe('Name of the drop-in; those of a unit are read in the order of their names.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it should be there.'),
  content: z.string().max(65_536).optional().describe('All that it should hold.'),
  settings: z
    .record(section(), z.record(key(), z.union([plain(), z.array(plain()).min(1)])))
    .optional()
    .describe(
      'Its sections instead of `content`: {Service: {MountFlags: slave}}. true and false become yes and no; an empty text resets a setting; a list makes several lines.',
    ),
  mode: modeSchema().default('0644').describe('Mode of the file.'),
});

/** One of content and settings, for a drop-in that should be there. */
export const dropInParams: z.ZodType<DropInParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    const { state, content, settings } = params;
    if (state === 'absent') {
      for (const field of ['content', 'settings'] as const)
        if (params[field] !== undefined) mistake(field, 'does not go with `state: absent`');
      return;
    }
    if (content === undefined && settings === undefined)
      mistake('settings', 'or `content` is needed, unless `state: absent`');
    if (content !== undefined && settings !== undefined) mistake('settings', 'does not go with `content`');
    if (content !== undefined && !beginsWithSection(content)) {
      mistake('content', 'must begin with a section, such as [Service]: systemd reads nothing outside of one');
    }
    if (settings !== undefined && Object.keys(settings).length === 0) mistake('settings', 'is empty');
  }),
);

/** Comments may come before. */
function beginsWithSection(content: string): boolean {
  const first = content.split(/\r?\n/).find((line) => !/^\s*(?:[#;].*)?$/.test(line));
  return first !== undefined && /^\s*\[[^\]]+\]\s*$/.test(first);
}

/** Where the drop-in stands: in /etc, before what packages bring and what lasts until the next boot (systemd.unit(5)). */
export function dropInPath({ unit, name }: DropInParams): string {
  return `${dropInDirectory(unit)}/${name}`;
}

/** The directory of a unit's drop-ins in /etc. */
export function dropInDirectory(unit: string): string {
  return `/etc/systemd/system/${unit}.d`;
}

/** The wanted text. */
export function dropInText({ content, settings }: DropInParams): string {
  if (content !== undefined) return content === '' || content.endsWith('\n') ? content : `${content}\n`;
  const sections = Object.entries(settings ?? {}).map(([name, values]) => {
    const lines = Object.entries(values).flatMap(([each, value]) =>
      (Array.isArray(value) ? value : [value]).map((one: Setting) => `${each}=${word(one)}\n`),
    );
    return `[${name}]\n${lines.join('')}`;
  });
  return sections.join('\n');
}

function word(value: Setting): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
