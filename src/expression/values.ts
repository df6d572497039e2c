import type { Json } from '../core/json.ts';

/** A value that the language gave and JSON cannot hold; `what` names it for a sentence. */
export interface NotJson {
  readonly what: string;
}

/** Values as the language wants them: whole numbers become BigInt, for a JavaScript number is its floating point. */
export function lift(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(lift);
  const lifted: { [key: string]: unknown } = Object.create(null);
  for (const [key, inner] of Object.entries(value)) lifted[key] = lift(inner);
  return lifted;
}

/** A result back to JSON, or what it is instead. */
export function lower(value: unknown): { readonly json: Json } | NotJson {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { json: value };
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? { json: Number(value) } : { what: 'a number too large to be exact' };
  if (typeof value === 'number') return Number.isFinite(value) ? { json: value } : { what: 'not a number' };
  if (Array.isArray(value)) return lowerList(value);
  if (typeof value === 'object' && isPlain(value)) return lowerMap(value);
  if (value instanceof Date) return { what: 'a point in time; write string(…) around it' };
  return {
    what: `a value of the kind ${typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value}`,
  };
}

function lowerList(list: readonly unknown[]): { readonly json: Json } | NotJson {
  const items: Json[] = [];
  for (const item of list) {
    const lowered = lower(item);
    if (!('json' in lowered)) return lowered;
    items.push(lowered.json);
  }
  return { json: items };
}

/** The entries are defined, not assigned, so that a key such as __proto__ is a key like any other. */
function lowerMap(map: object): { readonly json: Json } | NotJson {
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(map)) {
    const lowered = lower(item);
    if (!('json' in lowered)) return lowered;
    entries.push([key, lowered.json]);
  }
  return { json: Object.fromEntries(entries) };
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
