import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';

/** Ways to free a mount, from the mildest to the hardest; the order in which they are tried, whatever the playbook's order is. */
export const RUNGS = ['rmdir', 'unmount', 'lazy_unmount', 'restart_holder'] as const;
export type Rung = (typeof RUNGS)[number];

/** What a playbook says of dead containers. */
export interface DeadContainersParams {
  readonly containers: 'all' | readonly string[];
  readonly older_than: string | number;
  readonly release: readonly Rung[];
  readonly never: readonly string[];
  readonly remove: boolean;
  readonly docker_deadline: string | number;
  readonly orphans: boolean;
}

const containerName = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'must be a container name, or an id of at least 12 digits');

/** The schema is the documentation. */
export const deadContainersParams: z.ZodType<DeadContainersParams> = z.lazy(() =>
  z.strictObject({
    containers: z
      .union([z.literal('all'), z.array(containerName())])
      .default('all')
      .describe(
        'Which containers: all, or a list of names and ids (12 digits or more). One that is not dead is left alone.',
      ),
    older_than: durationSchema()
      .default(0)
      .describe(`Leave those alone that died less than this ago. A duration: ${DURATION_FORMS}.`),
    release: z
      .array(z.enum(RUNGS))
      .default(['rmdir', 'unmount'])
      .describe(
        'What may be done to free a mount, tried in this order: rmdir (remove the unmounted mount-point directory), unmount ' +
          '(in the namespace that holds it), lazy_unmount (overlay and tmpfs only), restart_holder (the container or service).',
      ),
    never: z
      .array(z.string().min(1))
      .default([])
      .describe('Containers, units and programs, by name or glob, in whose namespace nothing may be done.'),
    remove: z.boolean().default(true).describe('Remove the container once nothing holds it.'),
    docker_deadline: durationSchema()
      .default('10s')
      .describe(`How long each question to the Docker daemon may take. A duration: ${DURATION_FORMS}.`),
    orphans: z
      .boolean()
      .default(false)
      .describe(
        'Also report mounts of containers that Docker does not know any more, of ended ones of containerd, podman and CRI-O, of ' +
          'ended pods, and tasks in state D; reads every mount table.',
      ),
  }),
);
