import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play, Scope } from '../config/playbook-model.ts';
import type { HostFacts } from '../connection/session.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** The names that expressions see on one host, from weak to strong: play vars, inventory, -e, registers; then host, groups, facts, results. */
export class HostScope {
  readonly #inventory: ReadonlyMap<string, Json>;
  readonly #registers = new Map<string, Json | undefined>();
  readonly #own: ReadonlyMap<string, Json>;
  #names: Map<string, Json | undefined> = new Map();

  constructor(host: InventoryHost, extraVars: JsonObject) {
    this.#inventory = new Map([...Object.entries(host.vars), ...Object.entries(extraVars)]);
    this.#own = new Map<string, Json>([
      ['host', host.name],
      ['groups', [...host.groups]],
    ]);
  }

  /**
   * Enters a play: its vars are the weakest level; what its tasks will register is not known yet, but for what an earlier play left.
   * Without a connection there are no facts yet; `results` is what earlier plays registered on all of their hosts, where that can be told.
   */
  enter(play: Play, facts: HostFacts | undefined, results?: JsonObject): void {
    for (const { register } of play.tasks)
      if (register !== undefined && !this.#registers.has(register)) this.#registers.set(register, undefined);
    this.#names = new Map<string, Json | undefined>([
      ...Object.entries(play.vars),
      ...this.#inventory,
      ...this.#registers,
      ...this.#own,
      ['facts', facts === undefined ? undefined : { ...facts }],
      ['results', results],
    ]);
  }

  /** Gives later tasks the result of a task; undefined means that it is not known. */
  register(name: string, value: Json | undefined): void {
    this.#registers.set(name, value);
    this.#names.set(name, value);
  }

  /** Gives names that exist for a while only; the returned function puts back what they hid. */
  lend(names: Readonly<Record<string, Json>>): () => void {
    const before = this.#names;
    this.#names = new Map([...before, ...Object.entries(names)]);
    return () => {
      const lent = this.#names;
      this.#names = new Map([...lent].filter(([name]) => !Object.hasOwn(names, name)));
      for (const name of Object.keys(names)) if (before.has(name)) this.#names.set(name, before.get(name));
    };
  }

  /** The names as they stand now. */
  get names(): Scope {
    return this.#names;
  }

  /** True if every one of these names has a value now, so that what is rendered with them stays valid. */
  knowsAll(names: Iterable<string>): boolean {
    for (const name of names) if (this.#names.has(name) && this.#names.get(name) === undefined) return false;
    return true;
  }
}
