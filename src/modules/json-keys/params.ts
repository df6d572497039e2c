import { modeSchema, pathSchema } from '../../config/path-schema.ts';
import { z } from '../../config/schema.ts';
import { unitSchema } from '../../config/unit-schema.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { KeyPath } from './json-edit.ts';

/** What a playbook says of the keys of a JSON file. */
export interface JsonKeysParams {
  readonly path: string;
  readonly keys: JsonObject;
  readonly absent_keys: readonly (string | KeyPath)[];
  readonly mode?: string | undefined;
  readonly restarts?: string | undefined;
}

const name = () => z.string().min(1);

const fields = () => ({
  path: pathSchema().describe('The file, such as /etc/docker/daemon.json; made if it does not exist.'),
  keys: z
    .record(name(), z.unknown() as z.ZodType<Json>)
    .default({})
    .describe(
      'What must be in it. A map goes into the map that is there; a list or a plain value replaces what is there.',
    ),
  absent_keys: z
    .array(z.union([name(), z.array(name()).min(1)]))
    .default([])
    .describe('Keys that must not be in it; a list names a key inside a map: [log-opts, max-size].'),
  mode: modeSchema().optional().describe("Its mode, such as '0644'; left as it is if not given, 0644 for a new file."),
  restarts: unitSchema()
    .optional()
    .describe(
      'The unit that reads the file when it starts. Handlers also run if it is older than the file; what the file held before is kept on the host until a restart of docker.service was confirmed.',
    ),
});

/** Something must be asked for, and nothing twice. */
export const jsonKeysParams: z.ZodType<JsonKeysParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (Object.keys(params.keys).length === 0 && params.absent_keys.length === 0)
      mistake('keys', 'or `absent_keys` is needed: nothing is asked of the file');
    if (!isJson(params.keys)) mistake('keys', 'must hold only what JSON can hold');
    for (const path of absentPaths(params.absent_keys)) {
      if (isWanted(params.keys, path)) mistake('absent_keys', `${path.join('.')} stands in \`keys\` too`);
    }
  }),
);

/** Each key to remove as a path. */
export function absentPaths(list: readonly (string | KeyPath)[]): readonly KeyPath[] {
  return list.map((each) => (typeof each === 'string' ? [each] : each));
}

/** Also true for a key around one that is wanted, and for one inside of it. */
function isWanted(keys: unknown, [first = '', ...rest]: KeyPath): boolean {
  if (typeof keys !== 'object' || keys === null || !Object.hasOwn(keys, first)) return false;
  const inner = (keys as { readonly [key: string]: unknown })[first];
  return rest.length === 0 || typeof inner !== 'object' || inner === null || isWanted(inner, rest);
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return ['string', 'boolean'].includes(typeof value) || value === null;
  return (Array.isArray(value) ? value : Object.values(value)).every(isJson);
}
