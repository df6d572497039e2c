import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';

/** What a playbook says of the daemons' health. */
export interface DockerdHealthParams {
  readonly deadline: string | number;
  readonly goroutines: boolean;
  readonly write_stacks: boolean;
  readonly sample: string | number;
  readonly fd_warning: number;
  readonly fd_critical: number;
  readonly stuck_tasks: boolean;
  readonly log_window: string | number;
}

const percent = () => z.number().min(1).max(100);

/** The schema is the documentation. */
export const dockerdHealthParams: z.ZodType<DockerdHealthParams> = z.lazy(() =>
  z.strictObject({
    deadline: durationSchema()
      .default('10s')
      .describe(
        `How long each question to the API of a daemon may take; one that has not answered by then is silent, which is a finding. A duration: ${DURATION_FORMS}.`,
      ),
    goroutines: z
      .boolean()
      .default(true)
      .describe('Ask dockerd for its goroutines, counted by stack, and tell what they wait for.'),
    write_stacks: z
      .boolean()
      .default(false)
      .describe(
        'Have a dockerd whose API does not tell its goroutines (it is silent, or before 17.07) write them into a file, by SIGUSR1, and read ' +
          'that. The file stays in its run directory. The only thing that this module changes.',
      ),
    sample: durationSchema()
      .default('0s')
      .describe(
        `Count the file descriptors again after this time, to tell how soon they run out; 0 for one look only. A duration: ${DURATION_FORMS}.`,
      ),
    fd_warning: percent().default(80).describe('Per cent of its file descriptors from which a daemon is a warning.'),
    fd_critical: percent().default(95).describe('Per cent of its file descriptors from which a daemon is critical.'),
    stuck_tasks: z
      .boolean()
      .default(true)
      .describe('Look for tasks in state D: whose they are, and which file system they wait for.'),
    log_window: durationSchema()
      .default('24h')
      .describe(
        `How far back the journal and the kernel's log are searched for signs; 0 for not at all. A duration: ${DURATION_FORMS}.`,
      ),
  }),
);
