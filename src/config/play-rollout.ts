import { parseDuration } from '../core/clock.ts';
import type { JsonObject } from '../core/json.ts';
import { z } from './schema.ts';
import type { YamlPath } from './yaml-node.ts';

/** How many hosts: a number of them, or a share of a whole in percent. */
export type HostCount =
  | { readonly kind: 'hosts'; readonly hosts: number }
  | { readonly kind: 'share'; readonly percent: number };

/** A step of a rollout: its size, and how long to wait after it. */
export interface Batch {
  readonly size: HostCount | { readonly kind: 'canary' };
  readonly soakMs: number;
}

/** How many hosts may end so, over the whole run, before the run stops; one more stops it. */
export interface StopRules {
  readonly failed: HostCount;
  readonly unreachable: HostCount;
  readonly unknown: HostCount;
}

/** The order in which the hosts of a play are taken. */
export const HOST_ORDERS = ['inventory', 'reverse', 'sorted', 'shuffle'] as const;
export type HostOrder = (typeof HOST_ORDERS)[number];

/** How a play goes over its hosts. */
export interface Rollout {
  /** Empty: all hosts at once. The last one repeats until no host is left. */
  readonly batches: readonly Batch[];
  /** Undefined: nothing that happens on one host stops the others. */
  readonly stop?: StopRules;
  readonly order: HostOrder;
}

/** What is tolerated where a play has batches or stop rules and does not say otherwise: an unreachable host was not touched. */
export const DEFAULT_STOP: StopRules = {
  failed: { kind: 'hosts', hosts: 0 },
  unknown: { kind: 'hosts', hosts: 0 },
  unreachable: { kind: 'share', percent: 20 },
};

const SIZE = /^(?:canary|(?:100|[1-9]\d?|(?:0|[1-9]\d?)\.\d+)%)$/;
const LIMIT = /^(?:100|\d\d?|\d\d?\.\d+)%$/;

const size = z.union([
  z.number().int().min(1),
  z.string().regex(SIZE, 'must be a number of hosts, a percentage such as 10%, or the word canary'),
]);
const soak = z.union([
  z.number().nonnegative(),
  z
    .string()
    .refine((text) => parseDuration(text) !== undefined, { message: 'must be a duration such as 30s, 5m or 1h' }),
]);
const batch = z.union([size, z.strictObject({ hosts: size, soak: soak.optional() })]);
const limit = z.union([
  z.number().int().min(0),
  z.string().regex(LIMIT, 'must be a number of hosts, or a percentage such as 20%'),
]);

/** Keys of a play that say how it goes over its hosts. */
export const rolloutKeys = {
  batches: z
    .union([batch, z.array(batch).min(1)])
    .optional()
    .describe(
      'Hosts in steps, each begun when the one before has ended: the size of each step, as a number or as a percentage of ' +
        "the play's hosts (rounded down, 1 at least). The last size repeats until no host is left. `canary`, which comes " +
        'first, is one host for each signature. {hosts: 10%, soak: 5m} waits after its own step.',
    ),
  soak: soak.optional().describe('How long to wait after each batch before the next one begins.'),
  stop: z
    .strictObject({
      failed: limit.optional().describe('Hosts that may fail; 0 if not given.'),
      unreachable: limit.optional().describe('Hosts that may be unreachable; 20% if not given.'),
      unknown: limit.optional().describe('Hosts that may end unknown; 0 if not given.'),
    })
    .optional()
    .describe(
      'How many hosts are tolerated, over the whole run and not for each batch: one more, and no further host is begun. ' +
        'A number, or a percentage of the hosts of the run. Holds with its defaults in every play that has batches.',
    ),
  order: z.enum(HOST_ORDERS).optional().describe('The order of the hosts; as the inventory has them if not given.'),
};

/** Reads the keys; undefined if none of them is there, or one does not fit its schema, which is told elsewhere. `mistake` takes what the schema cannot see. */
export function readRollout(
  own: JsonObject,
  mistake: (path: YamlPath, message: string, hint: string) => void,
): Rollout | undefined {
  const given = Object.fromEntries(
    Object.keys(rolloutKeys).flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])),
  );
  if (Object.keys(given).length === 0 || !z.strictObject(rolloutKeys).safeParse(given).success) return undefined;
  const shared = duration(own.soak);
  const listed = own.batches === undefined ? [] : Array.isArray(own.batches) ? own.batches : [own.batches];
  const batches = listed.map((each) => readBatch(each as number | string | JsonObject, shared));
  for (const [index, each] of batches.entries())
    if (index > 0 && each.size.kind === 'canary')
      mistake(
        ['batches', index],
        '"canary" must be the first batch',
        'The canaries stand for the hosts that come after them.',
      );
  if (own.soak !== undefined && batches.length === 0)
    mistake(['soak'], 'there is nothing between which to soak', 'Give `batches`, such as [canary, 10%, 100%].');
  const stop = readStop(own.stop as JsonObject | undefined, batches.length > 0);
  const order = (own.order ?? 'inventory') as HostOrder;
  return { batches, order, ...(stop === undefined ? {} : { stop }) };
}

function readBatch(value: number | string | JsonObject, sharedSoakMs: number): Batch {
  const own = typeof value === 'object' ? value : { hosts: value };
  const soakMs = own.soak === undefined ? sharedSoakMs : duration(own.soak);
  return { size: own.hosts === 'canary' ? { kind: 'canary' } : readCount(own.hosts), soakMs };
}

function readStop(own: JsonObject | undefined, batched: boolean): StopRules | undefined {
  if (own === undefined) return batched ? DEFAULT_STOP : undefined;
  const rule = (name: keyof StopRules) => (own[name] === undefined ? DEFAULT_STOP[name] : readCount(own[name]));
  return { failed: rule('failed'), unreachable: rule('unreachable'), unknown: rule('unknown') };
}

function readCount(value: unknown): HostCount {
  if (typeof value === 'number') return { kind: 'hosts', hosts: value };
  return { kind: 'share', percent: Number.parseFloat(String(value)) };
}

function duration(value: unknown): number {
  return value === undefined ? 0 : (parseDuration(String(value)) ?? 0);
}
