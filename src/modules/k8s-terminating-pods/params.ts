import { durationSchema } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import { DURATION_FORMS } from '../../core/clock.ts';
import type { PodRemains } from '../../core/pods.ts';

/** What one host told of the pods of its node; `node` and `pods` are absent if the task did not come so far there. */
export interface NodeRemains {
  readonly node?: string | undefined;
  readonly pods?: readonly PodRemains[] | undefined;
}

/** What a playbook says of pods that do not go. */
export interface TerminatingPodsParams {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespaces: 'all' | readonly string[];
  readonly older_than: string | number;
  readonly remains?: readonly NodeRemains[] | undefined;
  readonly wait: string | number;
  readonly force: 'never' | 'when_proved';
  readonly deadline: string | number;
}

const name = () => z.string().regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'must be a Kubernetes name');

/** Empty is as good as not given, so that a variable can stand for it. */
const optionalPath = () =>
  z
    .string()
    .regex(/^(?:\/[^\0]*[^\0/])?$/, 'must be an absolute path')
    .default('');

const podRemains = (): z.ZodType<PodRemains> =>
  z.looseObject({
    uid: z.string(),
    namespace: z.string(),
    name: z.string(),
    verdict: z.enum(['gone', 'remains', 'unknown']),
    alive: z.boolean(),
    what: z.array(z.string()),
  });

/** The schema is the documentation. */
export const terminatingPodsParams: z.ZodType<TerminatingPodsParams> = z.lazy(() =>
  z.strictObject({
    kubectl: optionalPath().describe('Path of kubectl; the one in PATH if not given.'),
    kubeconfig: optionalPath().describe(
      'File that says how to reach the cluster, on the host; as kubectl finds it if not given.',
    ),
    context: z
      .string()
      .refine((text) => !text.startsWith('-') && !text.includes('\0'), { message: 'must be the name of a context' })
      .default('')
      .describe('Context of the kubeconfig; the current one if not given.'),
    namespaces: z
      .union([z.literal('all'), z.array(name()).min(1)])
      .default('all')
      .describe('In which namespaces to look: all, or a list.'),
    older_than: durationSchema()
      .default('1m')
      .describe(`How long past the end of its grace period a pod is left alone. A duration: ${DURATION_FORMS}.`),
    remains: z
      .array(z.looseObject({ node: z.string().optional(), pods: z.array(podRemains()).optional() }))
      .optional()
      .describe('What k8s_pod_remains told on the nodes. Without it the pods are only listed.'),
    wait: durationSchema()
      .default('1m')
      .describe(
        `How long a kubelet may take to remove a pod itself, once nothing of it is left on its node. A duration: ${DURATION_FORMS}.`,
      ),
    force: z
      .enum(['never', 'when_proved'])
      .default('never')
      .describe(
        'when_proved: delete the object of a pod which its kubelet did not remove, if nothing of it is left on its node. never: leave it.',
      ),
    deadline: durationSchema()
      .default('30s')
      .describe(`How long each call of kubectl may take. A duration: ${DURATION_FORMS}.`),
  }),
);
