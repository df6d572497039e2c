import type { Json } from '../core/json.ts';
import type { Names } from '../expression/expression.ts';
import type { LanguageFault } from '../expression/faults.ts';
import { compileTemplate, type Template } from '../expression/template.ts';
import { checkNames, type NamesInSight, namesBesideVars } from './expression-names.ts';
import type { YamlNode, YamlPath } from './yaml-node.ts';

/** A text with {{ }} somewhere below the parameters. */
export interface TemplateLeaf {
  readonly path: YamlPath;
  readonly node: YamlNode;
  readonly template: Template;
}

/** A mistake in a text with {{ }}; `start` counts in the text of `node`. */
export interface TemplateFault extends LanguageFault {
  readonly node: YamlNode;
}

/** Finds and compiles every {{ }} below a value, except under the given top-level keys. */
export function compileTemplates(
  root: YamlNode,
  sight: NamesInSight,
  except: readonly string[],
): { readonly leaves: readonly TemplateLeaf[]; readonly faults: readonly TemplateFault[] } {
  const leaves: TemplateLeaf[] = [];
  const faults: TemplateFault[] = [];
  const registered = namesBesideVars(sight);
  const visit = (node: YamlNode, path: YamlPath) => {
    for (const [index, item] of (node.items ?? []).entries()) visit(item, [...path, index]);
    for (const { key, node: inner } of node.entries?.values() ?? []) {
      if (path.length === 0 && except.includes(key)) continue;
      if (key.includes('{{')) faults.push({ message: 'a key cannot hold {{ }}', start: 0, node: inner });
      visit(inner, [...path, key]);
    }
    if (typeof node.value !== 'string') return;
    const template = compileTemplate(node.value, registered);
    if (template === undefined) return;
    if ('faults' in template) faults.push(...template.faults.map((fault) => ({ ...fault, node })));
    else {
      leaves.push({ path, node, template });
      for (const { expression, start } of template.expressions)
        faults.push(...checkNames(expression, sight).map((fault) => ({ ...fault, node, start: start + fault.start })));
    }
  };
  visit(root, []);
  return { leaves, faults };
}

/** The value with every template in it evaluated, or why one of them has no value. */
export function fillTemplates(
  value: Json,
  leaves: readonly TemplateLeaf[],
  names: Names,
): { readonly kind: 'known'; readonly value: Json } | { readonly kind: 'unknown' | 'invalid'; readonly why: string } {
  let filled = value;
  for (const { path, template } of leaves) {
    const result = template.evaluate(names);
    if (result.kind === 'unknown') {
      const kind = result.missing === undefined && result.misused === undefined ? 'unknown' : 'invalid';
      return { kind, why: path.length === 0 ? result.why : `${path.join('.')}: ${result.why}` };
    }
    filled = withValue(filled, path, result.value);
  }
  return { kind: 'known', value: filled };
}

/** A copy along the path; what lies beside it is shared. */
function withValue(value: Json, path: YamlPath, replacement: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === step ? withValue(item, rest, replacement) : item));
  if (typeof value !== 'object' || value === null) return value;
  const map = value as { readonly [key: string]: Json };
  return { ...map, [step]: withValue(map[step] ?? null, rest, replacement) };
}
