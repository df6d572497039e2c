import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';

/** What a playbook says of the containers of one product. */
export interface ProductContainersParams {
  readonly names: readonly string[];
  readonly labels: readonly string[];
  readonly compose_project: string;
  readonly monitors: readonly string[];
  readonly state: 'released' | 'absent';
  readonly everything: boolean;
  readonly lazy: boolean;
  readonly stop_timeout: string | number;
  readonly docker_deadline: string | number;
}

const glob = () => z.string().regex(/^[A-Za-z0-9*?][A-Za-z0-9_.*?-]*$/, 'must be a name; * and ? are wildcards');

const fields = () => ({
  names: z
    .array(glob())
    .default([])
    .describe(
      'Names of containers of the product; * and ? are wildcards. A container that one of these three means is of the product.',
    ),
  labels: z
    .array(z.string().regex(/^[^\s=-][^\s=]*(?:=[^\n\r\0]*)?$/, 'must be NAME or NAME=VALUE'))
    .default([])
    .describe('Labels, NAME or NAME=VALUE, of containers of the product.'),
  compose_project: z
    .string()
    .regex(/^(?:[a-z0-9][a-z0-9_-]*)?$/, 'must be the name of a compose project')
    .default('')
    .describe('The compose project whose containers are of the product.'),
  monitors: z
    .array(glob())
    .default(['cadvisor', 'node-exporter', 'node_exporter'])
    .describe(
      'Which of them are monitors, by name or by the last part of their image: they let go first, and are gone before the rest is stopped.',
    ),
  state: z
    .enum(['released', 'absent'])
    .default('absent')
    .describe(
      'released: the monitors let go of the file systems of all other containers, and nobody else holds what is dead of the product; nothing ' +
        'is stopped. absent: then all containers of the product are stopped and removed, and their storage is free; volumes stay.',
    ),
  everything: z
    .boolean()
    .default(false)
    .describe(
      'Allow names that mean every container, and names with wildcards or labels without a value that mean containers of several compose projects.',
    ),
  lazy: z
    .boolean()
    .default(false)
    .describe('Detach what is busy (MNT_DETACH): overlay and tmpfs of containers that do not run, nothing else.'),
  stop_timeout: durationSchema()
    .default('10s')
    .describe('How long each container gets to stop before Docker kills it.'),
  docker_deadline: durationSchema()
    .default('30s')
    .describe(`How long each question to the Docker daemon may take. A duration: ${DURATION_FORMS}.`),
});

/** The schema is the documentation. */
export const productContainersParams: z.ZodType<ProductContainersParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine(({ names, everything }, context) => {
    if (everything) return;
    for (const [index, name] of names.entries()) {
      if (!/^[*?]+$/.test(name)) continue;
      const message = 'means every container of a host; say `everything: true` if that is wanted';
      context.addIssue({ code: 'custom', message, path: ['names', index] });
    }
  }),
);

/** True if nothing says which containers are meant. */
export function choosesNobody({ names, labels, compose_project }: ProductContainersParams): boolean {
  return names.length === 0 && labels.length === 0 && compose_project === '';
}
