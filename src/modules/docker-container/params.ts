import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';
import { parseBind } from './binds.ts';

/** What a playbook says of one container. */
export interface DockerContainerParams {
  readonly name: string;
  readonly state: 'present' | 'absent' | 'stopped';
  readonly image?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly binds: readonly string[];
  readonly network: string;
  readonly restart: string;
  readonly privileged: boolean;
  readonly cap_add: readonly string[];
  readonly cap_drop: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly pull: 'missing' | 'never';
  readonly show_env: boolean;
  readonly discard: boolean;
  readonly settle: string | number;
  readonly stop_timeout: string | number;
  readonly docker_deadline: string | number;
}

const capability = () => z.string().regex(/^[A-Z][A-Z_]*$/, 'must be a capability such as SYS_ADMIN, or ALL');

const bind = () =>
  z.string().refine((text) => parseBind(text) !== undefined, {
    message:
      'must be SOURCE:TARGET or SOURCE:TARGET:OPTIONS, with absolute paths; options are ro, rw, rslave, rshared, rprivate',
  });

const value = () =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .refine((text) => !/[\n\r\0]/.test(text), { message: 'must be one line' });

const fields = () => ({
  name: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]+$/,
      'must be the name of a container: two or more letters, digits, _ . and -, and no sign first',
    )
    .describe('Its exact name. NAME.unbusy-old and NAME.unbusy-new are used while it is replaced.'),
  state: z
    .enum(['present', 'absent', 'stopped'])
    .default('present')
    .describe(
      'present: it is there as described, and runs. stopped: if it is there, it does not run. absent: it is stopped and removed; its volumes stay.',
    ),
  image: z
    .string()
    .min(1)
    .regex(/^[^\s-]\S*$/, 'must be the name of an image')
    .optional()
    .describe('The image; needed for present. Where its name means another image now, the container is replaced.'),
  args: z
    .array(z.string())
    .optional()
    .describe('Arguments after the image (its command). Not given: those of the image.'),
  binds: z
    .array(bind())
    .default([])
    .describe(
      'SOURCE:TARGET[:OPTIONS] as for docker run -v, with propagation: "/:/rootfs:ro,rslave". rslave and slave need a source that is on a shared mount.',
    ),
  network: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, 'must be bridge, host, none, or the name of a network')
    .default('bridge')
    .describe('bridge, host, none, the name of a network, or container:NAME.'),
  restart: z
    .string()
    .regex(
      /^(?:no|always|unless-stopped|on-failure(?::[1-9]\d*)?)$/,
      'must be no, always, unless-stopped or on-failure[:N]',
    )
    .default('no')
    .describe('Restart policy: no, always, unless-stopped, on-failure or on-failure:N.'),
  privileged: z.boolean().default(false).describe('Whether it may do on the host whatever root may.'),
  cap_add: z.array(capability()).default([]).describe('Capabilities on top of the usual ones, such as SYS_ADMIN.'),
  cap_drop: z.array(capability()).default([]).describe('Capabilities that it does not get.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'), value())
    .default({})
    .describe(
      'Environment besides that of the image. No value is shown, and none stands on a command line on the host.',
    ),
  labels: z.record(z.string().min(1), value()).default({}).describe('Labels besides those of the image.'),
  pull: z
    .enum(['missing', 'never'])
    .default('missing')
    .describe('missing: the host pulls an image that it does not have. never: such a host is refused.'),
  show_env: z.boolean().default(false).describe('Show the values of `env` in diffs.'),
  discard: z
    .boolean()
    .default(false)
    .describe(
      'Also replace a container with settings for which there is no word here (ports, devices, limits …) or that belongs to a compose ' +
        'project or a service; they are lost.',
    ),
  settle: durationSchema()
    .default('2s')
    .describe(`How long a new container must have run before the old one is removed. A duration: ${DURATION_FORMS}.`),
  stop_timeout: durationSchema().default('10s').describe('How long it gets to stop before Docker kills it.'),
  docker_deadline: durationSchema().default('30s').describe('How long each question to the Docker daemon may take.'),
});

/** The schema is the documentation. */
export const dockerContainerParams: z.ZodType<DockerContainerParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (params.state === 'present' && params.image === undefined) mistake('image', 'is needed for `state: present`');
    const targets = params.binds.map((each) => parseBind(each)?.target);
    if (new Set(targets).size < targets.length) mistake('binds', 'must not bind two sources at one place');
  }),
);
