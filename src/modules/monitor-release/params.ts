import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';

/** What a playbook says of monitors. */
export interface MonitorReleaseParams {
  readonly names: readonly string[];
  readonly images: readonly string[];
  readonly labels: readonly string[];
  readonly live_copies: boolean;
  readonly lazy: boolean;
  readonly docker_deadline: string | number;
}

const MONITORS = ['cadvisor', 'node-exporter', 'node_exporter'];

const glob = () => z.string().regex(/^[A-Za-z0-9*?][A-Za-z0-9_.*?-]*$/, 'must be a name; * and ? are wildcards');

/** The schema is the documentation. */
export const monitorReleaseParams: z.ZodType<MonitorReleaseParams> = z.lazy(() =>
  z.strictObject({
    names: z
      .array(glob())
      .default(MONITORS)
      .describe('Names of the containers that are monitors; * and ? are wildcards.'),
    images: z
      .array(glob())
      .default(MONITORS)
      .describe('Names of images, without registry, directory and tag, whose containers are monitors as well.'),
    labels: z
      .array(z.string().regex(/^[^\s=-][^\s=]*(?:=[^\n\r\0]*)?$/, 'must be NAME or NAME=VALUE'))
      .default([])
      .describe('Labels, NAME or NAME=VALUE, whose containers are monitors as well.'),
    live_copies: z
      .boolean()
      .default(false)
      .describe(
        'Also unmount private copies of file systems of containers that run, so that they can be removed later. Only where nothing that ' +
          'lives would notice. The monitor does not see into these file systems any more.',
      ),
    lazy: z
      .boolean()
      .default(false)
      .describe('Detach what is busy (MNT_DETACH): overlay and tmpfs of containers that do not run, nothing else.'),
    docker_deadline: durationSchema()
      .default('10s')
      .describe(`How long each question to the Docker daemon may take. A duration: ${DURATION_FORMS}.`),
  }),
);
