import { parseDuration } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { OptionSpec } from './option.ts';

/** A value as the parser gives it: a switch or a count, a text, or a list of texts. */
export type RawValue = boolean | number | string | readonly string[];

/** The options that were given, with the environment behind them. Reading checks: E_USAGE names the option. */
export class Given {
  readonly #specs: ReadonlyMap<string, OptionSpec>;
  readonly #typed: ReadonlyMap<string, RawValue>;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(
    specs: readonly OptionSpec[],
    typed: ReadonlyMap<string, RawValue>,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.#typed = typed;
    this.#env = env;
  }

  /** How this command was called: npx sets npm_command, and then there need be no `unbusy` in PATH (npm-exec(1)). */
  get calledAs(): readonly string[] {
    return this.#env.npm_command === 'exec' ? ['npx', 'unbusy'] : ['unbusy'];
  }

  /** True if the switch was typed, or its variable is set to something but 0, no, false. */
  has(name: string): boolean {
    const typed = this.#typed.get(name);
    if (typed !== undefined) return typed === true;
    return !/^(|0|no|false)$/i.test(this.#fromEnv(name) ?? '');
  }

  /** How often it was given. */
  count(name: string): number {
    const typed = this.#typed.get(name);
    return typeof typed === 'number' ? typed : 0;
  }

  /** Its text; undefined if nobody gave one. */
  text(name: string): string | undefined {
    const typed = this.#typed.get(name);
    const text = typeof typed === 'string' ? typed : (this.#fromEnv(name) ?? this.#specs.get(name)?.fallback);
    const choices = this.#specs.get(name)?.choices;
    if (text !== undefined && choices !== undefined && !choices.includes(text)) {
      throw this.#wrong(name, text, `choose one of ${choices.join(', ')}`);
    }
    return text;
  }

  /** All its texts, in order. */
  list(name: string): readonly string[] {
    const typed = this.#typed.get(name);
    if (Array.isArray(typed) && typed.length > 0) return typed;
    const text = this.#fromEnv(name);
    return text === undefined ? [] : [text];
  }

  /** A whole number, 1 or more. */
  number(name: string): number {
    const text = this.text(name) ?? '';
    if (!/^[1-9]\d{0,6}$/.test(text)) throw this.#wrong(name, text, 'give a whole number, 1 or more');
    return Number(text);
  }

  /** Milliseconds. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === undefined || ms <= 0) throw this.#wrong(name, text, 'give a duration such as 30s, 5m, 1h');
    // setTimeout takes no more than 2^31-1 ms, and would fire at once.
    if (ms > 2_147_483_647) throw this.#wrong(name, text, 'give 24d or less');
    return ms;
  }

  /** What was typed, for the next command; the environment will be asked again by itself. */
  get typed(): ReadonlyMap<string, RawValue> {
    return this.#typed;
  }

  /** What holds if nobody gave it. */
  fallbackOf(name: string): string | undefined {
    return this.#specs.get(name)?.fallback;
  }

  /** The same with this option as if it had been typed. */
  with(name: string, value: RawValue): Given {
    return new Given([...this.#specs.values()], new Map([...this.#typed, [name, value]]), this.#env);
  }

  /** The same for another command: what was typed for options that both have; of one that only has the same name, the meaning may be another. */
  sharedWith(specs: readonly OptionSpec[]): Given {
    const shared = [...this.#typed].filter(([name]) => {
      const spec = this.#specs.get(name);
      return spec !== undefined && specs.includes(spec);
    });
    return new Given(specs, new Map(shared), this.#env);
  }

  #fromEnv(name: string): string | undefined {
    const variable = this.#specs.get(name)?.env;
    const text = variable === undefined ? undefined : this.#env[variable];
    return text === '' ? undefined : text;
  }

  #wrong(name: string, text: string, hint: string): UnbusyError {
    const variable = this.#typed.has(name) ? undefined : this.#specs.get(name)?.env;
    const where = variable === undefined ? `--${name}` : variable;
    return new UnbusyError('E_USAGE', `${where} "${text}" is not valid: ${hint}`);
  }
}
