import { parseDuration } from '../core/clock.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { LANGUAGE_NAMES } from '../expression/cel.ts';
import type { CompileHook } from './compiled-hook.ts';
import { type NamesInSight, RESERVED_NAMES } from './expression-names.ts';
import { foreignHint } from './foreign-words.ts';
import type { Mistakes } from './mistakes.ts';
import { namesAt, type PlaySight, type Reading, type Surroundings } from './play-sight.ts';
import { handlerKeys, taskKeys } from './playbook-keys.ts';
import type { ModuleFacts, Task } from './playbook-model.ts';
import { z } from './schema.ts';
import { explainIssues, type SchemaMistake } from './schema-issues.ts';
import type { SourceText } from './source-text.ts';
import { suggest } from './suggest.ts';
import { readWhen } from './task-conditions.ts';
import { type ReadLoop, readLoop } from './task-loop.ts';
import { readParams } from './task-params.ts';
import { describe, keyOffsetAt, nodeAt, placeInside, type YamlEntry, type YamlNode } from './yaml-node.ts';

/** Literal loops up to this length have the parameters of each entry checked at once. */
const CHECKED_ITEMS = 100;

/** Reads one task; undefined if there is no way to go on with it. All its mistakes are added. */
export function readTask(
  node: YamlNode,
  index: number,
  sight: PlaySight,
  around: Surroundings,
  reading: Reading,
): Task | undefined {
  return new TaskReader(node, sight, around, reading).read(index);
}

const KINDS = {
  task: { subject: 'a task', schema: z.strictObject(taskKeys), known: Object.keys(taskKeys) },
  handler: { subject: 'a handler', schema: z.strictObject(handlerKeys), known: Object.keys(handlerKeys) },
} as const;

/** Keys whose values are checked where they are read. */
const READ_ELSEWHERE = ['when', 'loop'];

/** What only tasks have. */
const HANDLER_HINTS: Readonly<Record<string, string>> = {
  notify: 'Name both handlers in the `notify` of the task.',
};

class TaskReader {
  readonly #node: YamlNode;
  readonly #sight: PlaySight;
  readonly #around: Surroundings;
  readonly #loop: ReadLoop | undefined;
  readonly #names: NamesInSight;
  readonly #modules: ReadonlyMap<string, ModuleFacts>;
  readonly #source: SourceText;
  readonly #mistakes: Mistakes;
  readonly #compileHook: CompileHook | undefined;

  constructor(node: YamlNode, sight: PlaySight, around: Surroundings, reading: Reading) {
    this.#node = node;
    this.#sight = sight;
    this.#around = around;
    this.#modules = reading.modules;
    this.#source = reading.source;
    this.#mistakes = reading.mistakes;
    this.#compileHook = reading.compileHook;
    const outside = namesAt(sight, around.locals);
    this.#loop = readLoop(node, outside, sight.fixed, this.#source, this.#mistakes);
    const locals = this.#loop === undefined ? around.locals : new Set([...around.locals, this.#loop.loop.variable]);
    this.#names = { ...outside, locals };
  }

  get #kind(): (typeof KINDS)[keyof typeof KINDS] {
    return this.#around.standby === 'handler' ? KINDS.handler : KINDS.task;
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
    const when = readWhen(this.#node, this.#names, this.#source, this.#mistakes);
    const register = this.#register(own.register);
    const deadlineMs = this.#deadline(own.timeout);
    const notify = this.#notify(own.notify);
    const module = entry === undefined ? undefined : this.#modules.get(entry.key);
    if (entry === undefined || module === undefined) return undefined;
    const become = typeof own.become === 'boolean' ? own.become : this.#around.become;
    return {
      index,
      name: typeof own.name === 'string' ? own.name : module.name,
      module: module.name,
      params: this.#params(module, entry),
      when: [...this.#around.when, ...when],
      ...(register === undefined ? {} : { register }),
      ...(become === undefined ? {} : { become }),
      tags: [...this.#around.tags, ...readTags(own.tags)],
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(notify.length === 0 ? {} : { notify }),
      ...(this.#loop === undefined ? {} : { loop: this.#loop.loop }),
      ...(this.#around.standby === undefined ? {} : { standby: this.#around.standby }),
      ...(this.#around.inBlock === undefined ? {} : { inBlock: true }),
      place: this.#source.placeAt(this.#node.offset),
    };
  }

  #ownKeys(): JsonObject {
    const { subject, schema, known } = this.#kind;
    const own: { [key: string]: Json } = {};
    for (const { key, node } of this.#node.entries?.values() ?? []) if (known.includes(key)) own[key] = node.value;
    const parsed = schema.safeParse(own);
    if (!parsed.success) {
      const wording = { subject, value: own, node: this.#node, knownKeys: () => known };
      for (const mistake of explainIssues(parsed.error.issues, wording))
        if (!READ_ELSEWHERE.includes(String(mistake.path[0]))) this.#addAt(this.#node, mistake);
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
    const { subject, known: keys } = this.#kind;
    const others = [...(this.#node.entries?.values() ?? [])].filter(({ key }) => !keys.includes(key));
    const found = others.filter(({ key }) => this.#modules.has(key));
    const free = keys.filter((key) => this.#node.entries?.has(key) !== true);
    const known = found.length === 0 ? [...free, ...this.#modules.keys()] : free;
    for (const { key, keyOffset } of others) {
      if (this.#modules.has(key)) continue;
      const what = found.length === 0 ? `there is no module or key "${key}"` : `${subject} has no "${key}"`;
      this.#add(keyOffset, what, HANDLER_HINTS[key] ?? foreignHint(key) ?? suggest(key, known));
    }
    const [first, second] = found;
    if (second !== undefined)
      this.#add(
        second.keyOffset,
        `${subject} has one module, and this one has "${first?.key}" already`,
        'Make two tasks of it.',
      );
    if (others.length === 0)
      this.#add(this.#node.offset, 'the task has no module', `Modules: ${[...this.#modules.keys()].join(', ')}.`);
    return first;
  }

  #params(module: ModuleFacts, entry: YamlEntry): Task['params'] {
    const { template, schemaMistakes, faults } = readParams(
      module,
      entry.node,
      this.#names,
      this.#sight.fixed,
      this.#compileHook,
    );
    for (const { node, start, message, hint } of faults)
      this.#mistakes.add(placeInside(this.#source, node, start), message, hint);
    const wrong = faults.length > 0 ? schemaMistakes : this.#forItems(module, entry, schemaMistakes);
    for (const mistake of wrong)
      if (mistake.path.length === 0) this.#add(entry.keyOffset, mistake.message, mistake.hint);
      else this.#addAt(entry.node, mistake);
    return template;
  }

  /** What is wrong with the parameters whatever the entry, or else with those of the first entry that does not fit. */
  #forItems(module: ModuleFacts, entry: YamlEntry, always: readonly SchemaMistake[]): readonly SchemaMistake[] {
    const { loop, fixed = [] } = this.#loop ?? {};
    if (always.length > 0 || loop === undefined) return always;
    for (const item of fixed.slice(0, CHECKED_ITEMS)) {
      const known = new Map([...this.#sight.fixed, [loop.variable, item] as const]);
      const { schemaMistakes } = readParams(module, entry.node, this.#names, known, this.#compileHook);
      const which = `for the entry ${JSON.stringify(item)}`;
      if (schemaMistakes.length > 0)
        return schemaMistakes.map((one) => ({ ...one, message: `${which}, ${one.message}` }));
    }
    return [];
  }

  #notify(value: Json | undefined): readonly string[] {
    const names = (Array.isArray(value) ? value : [value]).filter((name): name is string => typeof name === 'string');
    for (const [at, name] of names.entries()) {
      if (this.#sight.handlers.includes(name)) continue;
      const { offset } = nodeAt(this.#node, Array.isArray(value) ? ['notify', at] : ['notify']);
      this.#add(
        offset,
        `there is no handler "${name}" in this play`,
        suggest(name, this.#sight.handlers) ?? 'Add it under `handlers:` of the play.',
      );
    }
    return [...new Set(names)];
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
