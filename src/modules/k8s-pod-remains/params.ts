import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';

/** A node, with what only its own machine can know of itself. */
export interface LookedNode {
  readonly name: string;
  readonly boot_id: string;
  readonly machine_id: string;
  /** containerd://1.7.2 and such. */
  readonly runtime: string;
}

/** A pod that should be gone, with the full ids of the containers that its kubelet told of. */
export interface LookedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly containers: readonly string[];
}

/** What k8s_terminating_pods told of one cluster; without `pods` if the task did not come so far. */
export interface Look {
  readonly nodes?: readonly LookedNode[] | undefined;
  readonly pods?: readonly LookedPod[] | undefined;
}

/** What a playbook says of a node. */
export interface PodRemainsParams {
  readonly looks: readonly Look[];
  readonly node: string;
  readonly deadline: string | number;
}

const id = () => z.string().regex(/^[0-9a-f]{64}$/);
/** What the runtimes' programs take for a word. */
const uid = () => z.string().regex(/^[A-Za-z0-9-]+$/);

const node = (): z.ZodType<LookedNode> =>
  z.looseObject({
    ...{ name: z.string(), boot_id: z.string(), machine_id: z.string(), runtime: z.string() },
  });
const pod = (): z.ZodType<LookedPod> =>
  z.looseObject({
    ...{ namespace: z.string(), name: z.string(), uid: uid(), node: z.string(), containers: z.array(id()) },
  });

/** The schema is the documentation. */
export const podRemainsParams: z.ZodType<PodRemainsParams> = z.lazy(() =>
  z.strictObject({
    looks: z
      .array(z.looseObject({ nodes: z.array(node()).optional(), pods: z.array(pod()).optional() }))
      .describe('What k8s_terminating_pods told, of one cluster or of several.'),
    node: z
      .string()
      .default('')
      .describe(
        'Name of this host as a node, where neither its host name nor its machine id is that of the node; the boot id must be in any case.',
      ),
    deadline: durationSchema()
      .default('10s')
      .describe(`How long each question to the container runtime may take. A duration: ${DURATION_FORMS}.`),
  }),
);
