import type { Json, JsonObject } from '../core/json.ts';
import { LANGUAGE_NAMES } from '../expression/cel.ts';
import type { CompileHook } from './compiled-hook.ts';
import { RESERVED_NAMES } from './expression-names.ts';
import { foreignHint } from './foreign-words.ts';
import { checkPattern } from './host-pattern.ts';
import { Mistakes } from './mistakes.ts';
import { readRollout } from './play-rollout.ts';
import { type PlayStart, type PlaySteps, readSteps } from './play-steps.ts';
import { readTags } from './play-task.ts';
import { PLAY_LISTS, playKeys } from './playbook-keys.ts';
import type { ModuleFacts, Play, Playbook } from './playbook-model.ts';
import { z } from './schema.ts';
import { explainIssues } from './schema-issues.ts';
import type { SourceText } from './source-text.ts';
import { suggest } from './suggest.ts';
import { parseYaml } from './yaml.ts';
import { describe, keyOffsetAt, nodeAt, type YamlNode } from './yaml-node.ts';

/** What is known beside the playbook itself. */
export interface PlaybookOptions {
  /** Variables that some selected host or -e defines; without it, any name may be a variable. */
  readonly knownNames?: ReadonlySet<string>;
  /** Variables of -e, which nothing overrides: what reads only them is checked at once. */
  readonly extraVars?: JsonObject;
  /** Compiles playbooks that a task names; without it such a task is a mistake. */
  readonly compileHook?: CompileHook;
}

const playSchema = z.strictObject(playKeys);

/**
 * Reads a playbook. Throws MistakesError (E_PLAYBOOK) with every mistake at its place: keys, types, modules and their
 * parameters, expressions and the names in them.
 */
export function loadPlaybook(
  file: string,
  text: string,
  modules: ReadonlyMap<string, ModuleFacts>,
  options: PlaybookOptions = {},
): Playbook {
  const { source, root } = parseYaml(file, text, 'E_PLAYBOOK');
  const mistakes = new Mistakes('E_PLAYBOOK');
  const plays: Play[] = [];
  if (root?.items === undefined || root.items.length === 0) {
    const found = root === undefined ? 'an empty file' : describe(root.value);
    mistakes.add(
      source.placeAt(root?.offset ?? 0),
      `a playbook is a list of plays, found ${found}`,
      'Begin with `- name: …`, `hosts:` and `tasks:`.',
    );
  }
  const registered = new Set<string>();
  const read = new Set<string>();
  let index = 0;
  for (const node of root?.items ?? []) {
    const play = new PlayReader(source, mistakes, modules, options, read).read(node, index, registered);
    if (play === undefined) continue;
    plays.push(play);
    index += play.tasks.length;
  }
  mistakes.throwIfAny();
  const reads = new Set([...read].filter((name) => !registered.has(name) && !RESERVED_NAMES.has(name)));
  return { file, plays, reads };
}

/** Reads one play. */
class PlayReader {
  readonly #source: SourceText;
  readonly #mistakes: Mistakes;
  readonly #modules: ReadonlyMap<string, ModuleFacts>;
  readonly #variables: ReadonlySet<string> | undefined;
  readonly #extraVars: JsonObject;
  readonly #compileHook: CompileHook | undefined;
  readonly #read: Set<string>;

  constructor(
    source: SourceText,
    mistakes: Mistakes,
    modules: ReadonlyMap<string, ModuleFacts>,
    options: PlaybookOptions,
    read: Set<string>,
  ) {
    this.#source = source;
    this.#mistakes = mistakes;
    this.#modules = modules;
    this.#variables = options.knownNames;
    this.#extraVars = options.extraVars ?? {};
    this.#compileHook = options.compileHook;
    this.#read = read;
  }

  /** `registered` holds the names of earlier plays and takes those of this one. */
  read(node: YamlNode, firstIndex: number, registered: Set<string>): Play | undefined {
    if (node.entries === undefined) {
      this.#add(
        node.offset,
        `a play is a mapping, found ${describe(node.value)}`,
        'Begin it with `- name: …`, `hosts:` and `tasks:`.',
      );
      return undefined;
    }
    this.#checkKeys(node);
    const own = node.value as JsonObject;
    const vars = this.#vars(node.entries.get('vars')?.node);
    const hosts = this.#hosts(node.entries.get('hosts')?.node);
    const name = typeof own.name === 'string' ? own.name : hosts;
    const rollout = readRollout(own, (path, message, hint) => this.#add(nodeAt(node, path).offset, message, hint));
    const { tasks, steps, handlers } = this.#steps(node, vars, firstIndex, registered);
    return {
      name,
      hosts,
      vars,
      tasks,
      steps,
      handlers,
      ...(typeof own.become === 'boolean' ? { become: own.become } : {}),
      tags: readTags(own.tags),
      ...(rollout === undefined ? {} : { rollout }),
      place: this.#source.placeAt(node.offset),
    };
  }

  #checkKeys(node: YamlNode): void {
    const known = [...Object.keys(playKeys), ...Object.keys(PLAY_LISTS)];
    const own: Record<string, unknown> = {};
    for (const { key, keyOffset, node: inner } of node.entries?.values() ?? []) {
      if (Object.hasOwn(PLAY_LISTS, key)) continue;
      if (known.includes(key)) own[key] = inner.value;
      else if (this.#modules.has(key))
        this.#add(keyOffset, `"${key}" is a module and belongs to a task`, 'Put it under `tasks:`.');
      else
        this.#add(
          keyOffset,
          `a play has no "${key}"`,
          foreignHint(key) ??
            suggest(
              key,
              known.filter((one) => node.entries?.has(one) !== true),
            ),
        );
    }
    const parsed = playSchema.safeParse(own);
    const wording = { subject: 'a play', value: own, node, knownKeys: () => known };
    for (const { path, at, message, hint } of parsed.success ? [] : explainIssues(parsed.error.issues, wording))
      this.#add(at === 'key' && path.length > 0 ? keyOffsetAt(node, path) : nodeAt(node, path).offset, message, hint);
  }

  #hosts(node: YamlNode | undefined): string {
    const value = node?.value;
    const pattern = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (node === undefined || pattern === '') return pattern;
    const fault = pattern.includes('{{')
      ? { message: 'a host pattern cannot hold {{ }}', hint: 'Use -l to choose hosts of the pattern.' }
      : checkPattern(pattern);
    if (fault !== undefined) this.#add(node.offset, fault.message, fault.hint);
    return pattern;
  }

  #vars(node: YamlNode | undefined): JsonObject {
    for (const { key, keyOffset, node: inner } of node?.entries?.values() ?? []) {
      if (RESERVED_NAMES.has(key))
        this.#add(keyOffset, `"${key}" has a meaning of its own and cannot be a variable`, 'Choose another name.');
      else if (LANGUAGE_NAMES.has(key))
        this.#add(
          keyOffset,
          `"${key}" is a word of the expression language and cannot be a variable`,
          'Choose another name.',
        );
      const open = JSON.stringify(inner.value).includes('{{');
      if (open)
        this.#add(
          inner.offset,
          `vars are plain values: {{ }} in "${key}" would not be evaluated`,
          'Write the expression where the value is used.',
        );
    }
    return node?.entries === undefined ? {} : (node.value as JsonObject);
  }

  /** Values that are the same on every host: the play's vars that no inventory overrides, and those of -e. */
  #fixed(vars: JsonObject): ReadonlyMap<string, Json> {
    const own = Object.entries(vars).filter(([name]) => this.#variables?.has(name) === false);
    return new Map([...own, ...Object.entries(this.#extraVars)]);
  }

  #steps(play: YamlNode, vars: JsonObject, firstIndex: number, registered: Set<string>): PlaySteps {
    const start: PlayStart = {
      variables: this.#variables,
      playVars: new Set(Object.keys(vars)),
      fixed: this.#fixed(vars),
      read: this.#read,
      registered,
      firstIndex,
    };
    const reading = { modules: this.#modules, source: this.#source, mistakes: this.#mistakes };
    return readSteps(play, start, { ...reading, compileHook: this.#compileHook });
  }

  #add(offset: number, message: string, hint?: string): void {
    this.#mistakes.add(this.#source.placeAt(offset), message, hint);
  }
}
