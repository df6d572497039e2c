import type { Json } from '../core/json.ts';
import { compileExpression, type Evaluation, type Expression, type Names } from './expression.ts';
import type { LanguageFault } from './faults.ts';

/** A text with {{ }} in it. */
export interface Template {
  readonly expressions: readonly {
    readonly expression: Expression /** Where it begins in the whole text. */;
    readonly start: number;
  }[];
  evaluate(names: Names): Evaluation;
}

type Part = string | Expression;

/**
 * Compiles a text with {{ }}. A text that is nothing but one {{ x }} keeps the type of x; otherwise each value becomes
 * text, and a list, a mapping or null in it is refused. Braces themselves are written {{ "{{" }}. Undefined: there is
 * no {{ in it.
 */
export function compileTemplate(
  text: string,
  registered: ReadonlySet<string> = new Set(),
): Template | { readonly faults: readonly LanguageFault[] } | undefined {
  if (!text.includes('{{') && !STATEMENT.test(text)) return undefined;
  const parts: Part[] = [];
  const expressions: { expression: Expression; start: number }[] = [];
  const faults: LanguageFault[] = [];
  let at = 0;
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    const close = closingBraces(text, open + 2);
    if (close === -1)
      return {
        faults: [
          ...faults,
          {
            message: 'this {{ is never closed',
            hint: 'End it with }}; write {{ "{{" }} for the braces themselves.',
            start: open,
          },
        ],
      };
    parts.push(text.slice(at, open));
    const inner = text.slice(open + 2, close);
    const start = open + 2 + (inner.length - inner.trimStart().length);
    const compiled = compileExpression(inner.trim(), registered);
    if ('faults' in compiled)
      faults.push(...compiled.faults.map((fault) => ({ ...fault, start: start + fault.start })));
    else {
      parts.push(compiled);
      expressions.push({ expression: compiled, start });
    }
    at = close + 2;
  }
  parts.push(text.slice(at));
  faults.push(...statementFaults(parts, text));
  if (faults.length > 0) return { faults };
  const filled = parts.filter((part) => part !== '');
  if (filled.length === 0 || expressions.length === 0) return undefined;
  const [only] = filled;
  const lone = filled.length === 1 && typeof only === 'object' ? only : undefined;
  return { expressions, evaluate: (names) => (lone === undefined ? join(filled, names) : lone.evaluate(names)) };
}

/** A statement of Jinja; ${#name} of a shell and %{…} of curl are none. */
const STATEMENT = /\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|include|raw|endraw|macro|block|import|extends)\b/;

/** Jinja's statements would be sent to a host as they stand; that is never what was meant. */
function statementFaults(parts: readonly Part[], text: string): LanguageFault[] {
  const statement = parts.filter((part) => typeof part === 'string').find((part) => STATEMENT.test(part));
  if (statement === undefined) return [];
  const start = text.indexOf(statement) + statement.search(STATEMENT);
  return [
    {
      message: 'statements of Jinja ({%) are not part of the language',
      hint: 'Use {{ }} for a value and `when` for a condition; write {{ "{%" }} for the characters themselves.',
      start,
    },
  ];
}

/** Offset of the }} that ends an expression; quotes and nested braces are respected. */
function closingBraces(text: string, from: number): number {
  let quote: string | undefined;
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (quote !== undefined) {
      if (char === '\\') i += 1;
      else if (char === quote) quote = undefined;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{') depth += 1;
    else if (char === '}' && depth > 0) depth -= 1;
    else if (char === '}' && text[i + 1] === '}') return i;
  }
  return -1;
}

function join(parts: readonly Part[], names: Names): Evaluation {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const result = part.evaluate(names);
    if (result.kind === 'unknown') return result;
    const written = inText(result.value);
    if (written === undefined)
      return {
        kind: 'unknown',
        why: `{{ ${part.text} }} is ${kindOf(result.value)} and cannot stand inside a text`,
        misused: true,
      };
    text += written;
  }
  return { kind: 'known', value: text };
}

function inText(value: Json): string | undefined {
  return value === null || typeof value === 'object' ? undefined : String(value);
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : 'a mapping';
}
