import { parseDuration } from '../core/clock.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { LANGUAGE_NAMES } from '../expression/cel.ts';
import { compileConditions, testCondition } from './compile-condition.ts';
import { type NamesInSight, RESERVED_NAMES } from './expression-names.ts';
import { foreignHint } from './foreign-words.ts';
import type { Mistakes } from './mistakes.ts';
import { taskKeys } from './playbook-keys.ts';
import type { CompiledCondition, ModuleFacts, Task } from './playbook-model.ts';
import { z } from './schema.ts';
import { explainIssues, type SchemaMistake } from './schema-issues.ts';
import type { SourceText } from './source-text.ts';
import { suggest } from './suggest.ts';
import { readParams } from './task-params.ts';
import { describe, keyOffsetAt, nodeAt, placeInside, type YamlEntry, type YamlNode } from './yaml-node.ts';

/** What the tasks of one play may refer to; `registered` grows from task to task. */
export interface PlaySight {
  readonly variables: ReadonlySet<string> | undefined;
  readonly playVars: ReadonlySet<string>;
  /** Values of the play's vars that nothing overrides. */
  readonly fixed: ReadonlyMap<string, Json>;
  readonly registered: ReadonlySet<string>;
  /** Every name that is registered up to the end of the play. */
  readonly all: ReadonlySet<string>;
  /** Every name that an expression reads so far. */
  readonly read: Set<string>;
}

const taskSchema = z.strictObject(taskKeys);
const KNOWN = Object.keys(taskKeys);

/** Names that tasks register, wherever they stand. */
export function registerNames(items: readonly YamlNode[]): readonly string[] {
  return items.flatMap((item) => {
    const name = item.entries?.get('register')?.node.value;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Reads one task; undefined if there is no way to go on with it. All its mistakes are added. */
export function readTask(
  node: YamlNode,
  index: number,
  sight: PlaySight,
  modules: ReadonlyMap<string, ModuleFacts>,
  source: SourceText,
  mistakes: Mistakes,
): Task | undefined {
  return new TaskReader(node, sight, modules, source, mistakes).read(index);
}

class TaskReader {
  readonly #node: YamlNode;
  readonly #sight: PlaySight;
  readonly #names: NamesInSight;
  readonly #modules: ReadonlyMap<string, ModuleFacts>;
  readonly #source: SourceText;
  readonly #mistakes: Mistakes;

  constructor(
    node: YamlNode,
    sight: PlaySight,
    modules: ReadonlyMap<string, ModuleFacts>,
    source: SourceText,
    mistakes: Mistakes,
  ) {
    this.#node = node;
    this.#sight = sight;
    const later = new Set([...sight.all].filter((name) => !sight.registered.has(name)));
    const { variables, playVars, registered, read } = sight;
    this.#names = { variables, playVars, registered, later, read };
    this.#modules = modules;
    this.#source = source;
    this.#mistakes = mistakes;
  }

  read(index: number): Task | undefined {
    if (this.#node.entries === undefined) {
      this.#add(
        this.#node.offset,
        `a task is a mapping, found ${describe(this.#node.value)}`,
        'Begin it with `- name: …` and one module.',
      );
      return undefined;
    }
    const own = this.#ownKeys();
    const entry = this.#moduleEntry();
    const when = this.#when();
    const register = this.#register(own.register);
    const deadlineMs = this.#deadline(own.timeout);
    const module = entry === undefined ? undefined : this.#modules.get(entry.key);
    if (entry === undefined || module === undefined) return undefined;
    return {
      index,
      name: typeof own.name === 'string' ? own.name : module.name,
      module: module.name,
      params: this.#params(module, entry),
      when,
      ...(register === undefined ? {} : { register }),
      ...(typeof own.become === 'boolean' ? { become: own.become } : {}),
      tags: readTags(own.tags),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      place: this.#source.placeAt(this.#node.offset),
    };
  }

  #ownKeys(): JsonObject {
    const own: { [key: string]: Json } = {};
    for (const { key, node } of this.#node.entries?.values() ?? []) if (KNOWN.includes(key)) own[key] = node.value;
    const parsed = taskSchema.safeParse(own);
    if (!parsed.success) {
      const wording = { subject: 'a task', value: own, node: this.#node, knownKeys: () => KNOWN };
      for (const mistake of explainIssues(parsed.error.issues, wording))
        if (mistake.path[0] !== 'when') this.#addAt(this.#node, mistake);
    }
    if (typeof own.name === 'string' && own.name.includes('{{'))
      this.#add(
        nodeAt(this.#node, ['name']).offset,
        'the name of a task is shown as it stands; {{ }} in it is not evaluated',
      );
    return own;
  }

  /** The entry of the one module; every other key that is not a task's own is a mistake. */
  #moduleEntry(): YamlEntry | undefined {
    const others = [...(this.#node.entries?.values() ?? [])].filter(({ key }) => !KNOWN.includes(key));
    const found = others.filter(({ key }) => this.#modules.has(key));
    const free = KNOWN.filter((key) => this.#node.entries?.has(key) !== true);
    const known = found.length === 0 ? [...free, ...this.#modules.keys()] : free;
    for (const { key, keyOffset } of others) {
      if (this.#modules.has(key)) continue;
      const what = found.length === 0 ? `there is no module or key "${key}"` : `a task has no "${key}"`;
      this.#add(keyOffset, what, foreignHint(key) ?? suggest(key, known));
    }
    const [first, second] = found;
    if (second !== undefined)
      this.#add(
        second.keyOffset,
        `a task has one module, and this one has "${first?.key}" already`,
        'Make two tasks of it.',
      );
    if (others.length === 0)
      this.#add(this.#node.offset, 'the task has no module', `Modules: ${[...this.#modules.keys()].join(', ')}.`);
    return first;
  }

  #params(module: ModuleFacts, entry: YamlEntry): Task['params'] {
    const { template, schemaMistakes, faults } = readParams(module, entry.node, this.#names, this.#sight.fixed);
    for (const { node, start, message, hint } of faults)
      this.#mistakes.add(placeInside(this.#source, node, start), message, hint);
    for (const mistake of schemaMistakes)
      if (mistake.path.length === 0) this.#add(entry.keyOffset, mistake.message, mistake.hint);
      else this.#addAt(entry.node, mistake);
    return template;
  }

  #when(): readonly CompiledCondition[] {
    const node = this.#node.entries?.get('when')?.node;
    if (node === undefined) return [];
    const { conditions, faults } = compileConditions(node, this.#names, false);
    for (const { node: at, start, message, hint } of faults)
      this.#mistakes.add(placeInside(this.#source, at, start), message, hint);
    return conditions.map((condition) => ({
      text: condition.text,
      names: condition.expression.names,
      test: (scope) => testCondition(condition, scope),
    }));
  }

  #register(value: Json | undefined): string | undefined {
    if (typeof value !== 'string') return undefined;
    const offset = nodeAt(this.#node, ['register']).offset;
    if (!/^[A-Za-z_]\w*$/.test(value))
      this.#add(offset, `"${value}" cannot be a name`, 'Use letters, digits and _, with no digit first.');
    else if (RESERVED_NAMES.has(value) || LANGUAGE_NAMES.has(value))
      this.#add(offset, `"${value}" has a meaning of its own in expressions`, 'Choose another name.');
    else if (this.#sight.playVars.has(value) || this.#sight.variables?.has(value) === true)
      this.#add(offset, `"${value}" is a variable, which the result would hide`, 'Choose another name.');
    return value;
  }

  #deadline(value: Json | undefined): number | undefined {
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const ms = parseDuration(String(value));
    if (ms !== undefined && ms > 0) return ms;
    this.#add(
      nodeAt(this.#node, ['timeout']).offset,
      `"timeout" is ${describe(value)}, which is no duration above 0`,
      'Write 500ms, 30s, 5m, 1h, or a number of seconds.',
    );
    return undefined;
  }

  #addAt(base: YamlNode, { path, at, message, hint }: SchemaMistake): void {
    this.#add(at === 'key' && path.length > 0 ? keyOffsetAt(base, path) : nodeAt(base, path).offset, message, hint);
  }

  #add(offset: number, message: string, hint?: string): void {
    this.#mistakes.add(this.#source.placeAt(offset), message, hint);
  }
}

/** Tags as a list; a text may hold several, separated by commas. */
export function readTags(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  return list
    .flatMap((tag) => tag.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
