import type { Json } from '../core/json.ts';
import { LANGUAGE_NAMES } from '../expression/cel.ts';
import type { Names } from '../expression/expression.ts';
import { type NamesInSight, RESERVED_NAMES } from './expression-names.ts';
import type { Mistakes } from './mistakes.ts';
import { compileTemplates, fillTemplates, type TemplateLeaf } from './param-tree.ts';
import type { Loop } from './playbook-model.ts';
import type { SourceText } from './source-text.ts';
import { describe, placeInside, type YamlNode } from './yaml-node.ts';

/** Name of the entry in hand, unless `loop_var` gives another. */
const ITEM = 'item';

/** A loop as far as it can be told when the playbook is loaded. */
export interface ReadLoop {
  readonly loop: Loop;
  /** Its entries, if they are the same on every host. */
  readonly fixed?: readonly Json[];
}

/** Reads the `loop` and `loop_var` of a task; undefined if it has none. Its mistakes are added. */
export function readLoop(
  task: YamlNode,
  names: NamesInSight,
  fixed: Names,
  source: SourceText,
  mistakes: Mistakes,
): ReadLoop | undefined {
  const entry = task.entries?.get('loop');
  const variable = loopVariable(task, names, source, mistakes);
  if (entry === undefined) return undefined;
  const { node } = entry;
  const { leaves, faults } = compileTemplates(node, names, []);
  for (const { node: at, start, message, hint } of faults) mistakes.add(placeInside(source, at, start), message, hint);
  const wrong = faults.length > 0 ? undefined : shapeFault(node, leaves);
  if (wrong !== undefined) mistakes.add(source.placeAt(node.offset), wrong, 'Write a list, or one {{ expression }}.');
  const read = new Set(
    leaves.flatMap(({ template }) => template.expressions.flatMap((each) => [...each.expression.names])),
  );
  const items = (scope: Names) => entriesOf(node.value, leaves, scope);
  const now = [...read].every((name) => fixed.has(name)) && wrong === undefined ? items(fixed) : undefined;
  if (now?.kind === 'invalid' && faults.length === 0) mistakes.add(source.placeAt(node.offset), now.why);
  return { loop: { variable, names: read, items }, ...(now?.kind === 'known' ? { fixed: now.items } : {}) };
}

function loopVariable(task: YamlNode, names: NamesInSight, source: SourceText, mistakes: Mistakes): string {
  const entry = task.entries?.get('loop_var');
  const name = entry?.node.value;
  if (entry === undefined || typeof name !== 'string') return ITEM;
  const add = (message: string, hint: string) => mistakes.add(source.placeAt(entry.node.offset), message, hint);
  if (task.entries?.has('loop') !== true)
    mistakes.add(source.placeAt(entry.keyOffset), '"loop_var" names the entry of a loop, and there is no "loop"');
  if (!/^[A-Za-z_]\w*$/.test(name))
    add(`"${name}" cannot be a name`, 'Use letters, digits and _, with no digit first.');
  else if (name !== ITEM && (RESERVED_NAMES.has(name) || LANGUAGE_NAMES.has(name)))
    add(`"${name}" has a meaning of its own in expressions`, 'Choose another name.');
  else if (isTaken(name, names))
    add(`"${name}" has a value already, which the entry would hide`, 'Choose another name.');
  return name;
}

function isTaken(name: string, { variables, playVars, registered, later }: NamesInSight): boolean {
  return playVars.has(name) || variables?.has(name) === true || registered.has(name) || later.has(name);
}

/** Why this can never be a list. */
function shapeFault(node: YamlNode, leaves: readonly TemplateLeaf[]): string | undefined {
  if (node.items !== undefined) return undefined;
  if (typeof node.value !== 'string' || leaves.length === 0)
    return `"loop" must be a list, found ${describe(node.value)}`;
  const [only, ...more] = leaves[0]?.template.expressions ?? [];
  const lone = more.length === 0 && node.value.startsWith('{{') && node.value.endsWith('}}');
  if (only === undefined || !lone) return '"loop" must be a list, and text around {{ }} makes it text';
  const { type } = only.expression;
  return type === 'dyn' || type.startsWith('list')
    ? undefined
    : `"loop" must be a list, and this is of the type ${type}`;
}

function entriesOf(value: Json, leaves: readonly TemplateLeaf[], scope: Names): ReturnType<Loop['items']> {
  const filled = fillTemplates(value, leaves, scope);
  if (filled.kind !== 'known') return { kind: filled.kind, why: `loop: ${filled.why}` };
  if (Array.isArray(filled.value)) return { kind: 'known', items: filled.value };
  return { kind: 'invalid', why: `"loop" must be a list, and it is ${describe(filled.value)}` };
}
