import type { Json } from '../core/json.ts';

/** Names whose values must stand in no log and no record of a run. What is shown and kept hangs on it, nothing else. */
const SECRET = /pass|secret|token|credential|api_?key|private_?key/i;

/** True if a text names something that looks like a secret. */
export function looksSecret(text: string): boolean {
  return SECRET.test(text);
}

/** True if a variable, or something inside it, has the name of a secret. */
export function holdsSecret(name: string, value: Json): boolean {
  return looksSecret(name) || secretsIn(name, value).length > 0;
}

/** The texts in a variable that stand under the name of a secret. */
export function secretsIn(name: string, value: Json): readonly string[] {
  if (typeof value === 'string') return looksSecret(name) ? [value] : [];
  if (typeof value === 'number') return looksSecret(name) ? [String(value)] : [];
  if (value === null || typeof value !== 'object') return [];
  const entries = Array.isArray(value) ? value.map((each: Json) => ['', each] as const) : Object.entries(value);
  return entries.flatMap(([key, inner]) => secretsIn(looksSecret(name) ? `${name} ${key}` : key, inner));
}
