import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import type { MountFlags } from './flags.ts';

/** What a playbook says of docker.service's MountFlags=. */
export interface MountFlagsParams {
  readonly want: 'auto' | MountFlags;
  readonly in_place: boolean;
  readonly force: boolean;
  readonly drop_in: string;
  readonly docker_deadline: string | number;
}

/** The schema is the documentation. */
export const mountFlagsParams: z.ZodType<MountFlagsParams> = z.lazy(() =>
  z.strictObject({
    want: z
      .enum(['auto', 'slave', 'shared', 'private', 'unset'])
      .default('auto')
      .describe(
        'What MountFlags= of docker.service should be. auto decides by what is found: kernel, Docker, containerd, ' +
          'live-restore, containers that send mounts to the host; it says which rule decided, and why.',
      ),
    in_place: z
      .boolean()
      .default(false)
      .describe(
        'Patch the file below /etc/systemd/system in which the setting stands, with a backup beside it, instead of ' +
          'overriding it by a drop-in.',
      ),
    force: z.boolean().default(false).describe('Set what is wanted although it is known to break this host.'),
    drop_in: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*\.conf$/, 'must be a file name that ends in .conf')
      .default('unbusy-mount-flags.conf')
      .describe(
        'Name of the drop-in in /etc/systemd/system/docker.service.d; drop-ins are read in the order of their names.',
      ),
    docker_deadline: durationSchema().default('10s').describe('How long each question to the Docker daemon may take.'),
  }),
);
