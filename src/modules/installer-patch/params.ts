import { pathSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import { KINDS, kindByName } from './kind.ts';

/** What a playbook says of an installer's file. */
export interface InstallerPatchParams {
  readonly path: string;
  readonly kind: (typeof KINDS)[number] | 'auto';
  readonly monitors: readonly string[];
  readonly strategy?: 'privileged' | 'rslave' | undefined;
  readonly hook?: string | undefined;
  readonly data_root: string;
  readonly backup: boolean;
  readonly state: 'present' | 'absent';
}

const pattern = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9*][A-Za-z0-9_.*-]*$/, 'must be a name of letters, digits, _ . - and *, such as node-exporter');

const fields = () => ({
  path: pathSchema().describe('The script, the compose file or the unit; a regular file of at most 64 KiB.'),
  kind: z
    .enum(['auto', ...KINDS])
    .default('auto')
    .describe(
      'What the file is. auto: by its name (.yml, .service, install, uninstall), else by what the script does.',
    ),
  monitors: z
    .array(pattern())
    .min(1)
    .default(['cadvisor', 'node-exporter'])
    .describe('The monitors, by the name of their container or of their image; * stands for any text.'),
  strategy: z
    .enum(['privileged', 'rslave'])
    .optional()
    .describe(
      'What the monitors gain: --privileged, so that the hook can unmount in them; or :rslave on the binds that show containers, which needs neither. Not for an uninstall script.',
    ),
  hook: pathSchema()
    .optional()
    .describe('The program to call: after the last container is up, or before the first one is stopped.'),
  data_root: pathSchema()
    .default('/var/lib/docker')
    .describe("Docker's data directory: a bind above it, or in it, shows containers."),
  backup: z.boolean().default(false).describe('Keep the old file beside it as PATH.unbusy-SHA256.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('absent takes out again what was put in, byte for byte.'),
});

/** Something must be asked for, and only what the kind of file can hold. */
export const installerPatchParams: z.ZodType<InstallerPatchParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    const { state, strategy, hook } = params;
    const kind = kindByName(params);
    if (state === 'absent') {
      if (strategy !== undefined) mistake('strategy', 'does not go with `state: absent`');
      if (hook !== undefined) mistake('hook', 'does not go with `state: absent`');
      return;
    }
    if (strategy === undefined && hook === undefined)
      mistake('strategy', 'or `hook` is needed: nothing is asked of the file');
    if (kind === 'shell_uninstall' && strategy !== undefined)
      mistake('strategy', 'does not go with an uninstall script');
    if ((kind === 'compose' || kind === 'unit') && hook !== undefined)
      mistake('hook', `does not go with kind ${kind}: it has no place for a call`);
    if (hook !== undefined && /[\n\r]/.test(hook)) mistake('hook', 'must be one line');
  }),
);
