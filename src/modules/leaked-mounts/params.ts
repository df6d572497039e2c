import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';
import { isPodUid } from '../../mounts/kubelet-places.ts';

/** Ways to free a mount, from the mildest to the hardest; tried in this order, whatever the playbook's order is. */
export const RUNGS = ['rmdir', 'unmount', 'lazy_unmount'] as const;
export type Rung = (typeof RUNGS)[number];

/** What a playbook asks to be freed: exactly one of path, device, pod and container. An empty text is for a task that `when` leaves out. */
export interface LeakedMountsParams {
  readonly path?: string | undefined;
  readonly device?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly runtime?: 'containerd' | 'podman' | 'crio' | undefined;
  readonly release: readonly Rung[];
  readonly never: readonly string[];
  readonly age: string | number;
  readonly deadline: string | number;
}

/** The schema is the documentation. */
export const leakedMountsParams: z.ZodType<LeakedMountsParams> = z.lazy(() =>
  z
    .strictObject({
      path: z
        .string()
        .regex(/^(?:|\/.*[^/])$/s, 'must be an absolute path, and not /')
        .refine((path) => !/\/(?:\.{1,2})?(?:\/|$)/.test(path), { message: 'must hold no empty part, no . and no ..' })
        .optional()
        .describe('A path of the host: what other namespaces still have mounted on it or below it.'),
      device: z
        .string()
        .regex(/^(?:|\/dev\/.+|\d+:\d+)$/, 'must be a path below /dev, or MAJOR:MINOR')
        .optional()
        .describe(
          'A block device, with its partitions and what is built upon it: its file systems in every namespace.',
        ),
      pod: z
        .string()
        .refine((uid) => uid === '' || isPodUid(uid), { message: 'must be the uid of a pod' })
        .optional()
        .describe(
          'Uid of a pod that has ended: its volumes and subpaths in every namespace. What it shares is left alone.',
        ),
      container: z
        .string()
        .regex(/^(?:|[A-Za-z0-9][A-Za-z0-9_.-]*)$/, 'must be a name or an id')
        .optional()
        .describe('Id or name of a container of containerd, podman or CRI-O that has ended, or the id of its layer.'),
      runtime: z
        .enum(['containerd', 'podman', 'crio'])
        .optional()
        .describe('Whose container it is, where more than one has one of that name.'),
      release: z
        .array(z.enum(RUNGS))
        .default(['rmdir', 'unmount'])
        .describe(
          'What may be done, tried in this order: rmdir (remove the unmounted mount-point directory, where it belongs to a ' +
            'container or a pod), unmount (in the namespace that holds it), lazy_unmount (overlay and tmpfs only).',
        ),
      never: z
        .array(z.string().min(1))
        .default([])
        .describe('Containers, units and programs, by name or glob, in whose namespace nothing may be done.'),
      age: durationSchema()
        .default('2s')
        .describe(`How long apart the two looks at what lives must be. A duration: ${DURATION_FORMS}.`),
      deadline: durationSchema()
        .default('20s')
        .describe(`How long each question to a runtime may take. A duration: ${DURATION_FORMS}.`),
    })
    .superRefine(({ path, device, pod, container, runtime }, context) => {
      const given = [path, device, pod, container].filter((each) => each !== undefined).length;
      if (given !== 1) {
        context.addIssue({ code: 'custom', message: 'name exactly one of path, device, pod and container', path: [] });
      }
      if (runtime !== undefined && container === undefined) {
        context.addIssue({ code: 'custom', message: 'says whose `container` it is; there is none', path: ['runtime'] });
      }
    }),
);
