/** What is looked at of a token of the parser; collections have items with a key and a value. */
interface Token {
  readonly type?: string;
  readonly offset?: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/**
 * Offset of the first collection that lies deeper than that many others, or undefined. It walks without recursion:
 * the composer recurses, and a text of a thousand brackets would end the process inside it.
 */
export function tooDeepAt(tokens: readonly unknown[], most: number): number | undefined {
  const open = tokens.map((token) => ({ token: token as Token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > most) return token.offset ?? 0;
    if (isToken(token.value)) open.push({ token: token.value, depth });
    for (const { key, value } of token.items ?? [])
      for (const inner of [key, value]) if (isToken(inner)) open.push({ token: inner, depth: depth + 1 });
  }
  return undefined;
}

function isToken(value: unknown): value is Token {
  return typeof value === 'object' && value !== null && 'type' in value;
}
