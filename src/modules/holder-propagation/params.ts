import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';

/** What may be done for a service that holds. */
export const REMEDIES = ['report', 'restart', 'propagation'] as const;
export type Remedy = (typeof REMEDIES)[number];

/** What a playbook says of services that hold mounts of containers. */
export interface HolderPropagationParams {
  readonly services: 'all' | readonly string[];
  readonly remedy: Remedy;
  readonly never: readonly string[];
  readonly directories: readonly string[];
  readonly docker_deadline: string | number;
}

const service = () =>
  z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9:_.@\\*?-]+$/, 'must be the name of a service, with or without .service; * and ? are wildcards')
    .refine((name) => !name.startsWith('-'), { message: 'must not begin with a dash' });

const directory = () =>
  z.string().regex(/^\/(?:[^/\0]+\/)*[^/\0]+$/, 'must be an absolute path without a slash at its end');

/** The schema is the documentation. */
export const holderPropagationParams: z.ZodType<HolderPropagationParams> = z.lazy(() =>
  z.strictObject({
    services: z
      .union([z.literal('all'), z.array(service()).min(1)])
      .default('all')
      .describe(
        'Which services: all, or a list of names. What is never restarted otherwise (sshd, dbus, systemd-*, packet filters, databases, ' +
          'ceph, kubelet, containerd …) is only restarted if its exact name is on the list.',
      ),
    remedy: z
      .enum(REMEDIES)
      .default('report')
      .describe(
        'report: name them, change nothing. restart: restart those that keep mounts of what is gone, and those that a restart mends. ' +
          'propagation: also give those with MountFlags=private a drop-in with MountFlags=slave, so that they hear of unmounts.',
      ),
    never: z
      .array(z.string().min(1))
      .default([])
      .describe('Services and programs, by name or glob, that are not restarted, not even along with another one.'),
    directories: z
      .array(directory())
      .default(['/var/lib/kubelet'])
      .describe("Directories besides Docker's data root below which mounts of containers and pods are looked for."),
    docker_deadline: durationSchema().default('10s').describe('How long each question to the Docker daemon may take.'),
  }),
);
