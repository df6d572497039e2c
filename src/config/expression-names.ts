import { LANGUAGE_NAMES } from '../expression/cel.ts';
import type { Expression } from '../expression/expression.ts';
import type { LanguageFault } from '../expression/faults.ts';
import { suggest } from './suggest.ts';

/** Names that the engine gives on every host. */
export const BUILT_IN_NAMES = ['facts', 'host', 'groups', 'vars', 'results'] as const;

/** Members of `facts`. */
export const FACT_NAMES = [
  'os',
  'kernel',
  'nodename',
  'uid',
  'processGroup',
  'startTime',
  'procVisible',
  'bootId',
] as const;

/** Names that exist at some places only, and where. */
const LOCAL_NAMES: Readonly<Record<string, string>> = {
  result: 'in conditions over a command',
  item: 'in a task with "loop"',
  failed_task: 'under "rescue"',
  failed_result: 'under "rescue"',
};

/** Names that tasks under `rescue` see: what failed, and its result. */
export const RESCUE_NAMES = ['failed_task', 'failed_result'] as const;

/** Names that nothing else may take: the engine's own, and those that exist at some places only. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([...BUILT_IN_NAMES, ...Object.keys(LOCAL_NAMES)]);

/** The names that exist at one place of a playbook. */
export interface NamesInSight {
  /** Variables; undefined: not known here, any name may be one. */
  readonly variables: ReadonlySet<string> | undefined;
  /** Vars of the play, which are known also without an inventory. */
  readonly playVars: ReadonlySet<string>;
  /** Registered by tasks before this one. */
  readonly registered: ReadonlySet<string>;
  /** Registered by this task or a later one of the play. */
  readonly later: ReadonlySet<string>;
  /** Registered by earlier plays: members of `results`. */
  readonly earlier?: ReadonlySet<string>;
  /** Names that exist only here: the entry of a loop, what failed under `rescue`. */
  readonly locals?: ReadonlySet<string>;
  /** Grows by every name that an expression reads, so that a variable nobody reads can be told from a slip of the fingers. */
  readonly read: Set<string>;
}

/** Names of tasks' results and of what exists only here: none of them is in `vars`. */
export function namesBesideVars({ registered, later, locals }: NamesInSight): ReadonlySet<string> {
  return new Set([...registered, ...later, ...(locals ?? [])]);
}

/** Names of an expression that do not exist where it stands; all its names are noted as read. `late`: it is evaluated over `result` too. */
export function checkNames(expression: Expression, sight: NamesInSight, late = false): LanguageFault[] {
  const faults: LanguageFault[] = [];
  for (const name of expression.names) if (sight.locals?.has(name) !== true) sight.read.add(name);
  for (const { name, start } of expression.roots) {
    const fault = checkRoot(name, sight, late);
    if (fault !== undefined) faults.push({ ...fault, start });
  }
  for (const { of, name, start } of expression.members) {
    const fault = of === 'facts' ? checkFact(name) : of === 'results' ? checkResult(name, sight) : undefined;
    if (fault !== undefined) faults.push({ ...fault, start });
  }
  return faults;
}

type Fault = Omit<LanguageFault, 'start'>;

function checkFact(name: string): Fault | undefined {
  if ((FACT_NAMES as readonly string[]).includes(name)) return undefined;
  const hint = suggest(name, FACT_NAMES);
  return { message: `there is no fact "${name}"`, ...(hint === undefined ? {} : { hint }) };
}

function checkResult(name: string, { earlier = new Set(), registered, later }: NamesInSight): Fault | undefined {
  if (earlier.has(name)) return undefined;
  if (registered.has(name) || later.has(name))
    return {
      message: `"${name}" is registered by this play, and "results" has what earlier plays registered`,
      hint: `Write ${name}, which is the result on the same host.`,
    };
  return {
    message: `no earlier play registers "${name}"`,
    hint:
      suggest(name, [...earlier]) ?? 'Register it in a play before this one; `results` has its value for each host.',
  };
}

function checkRoot(name: string, sight: NamesInSight, late: boolean): Fault | undefined {
  if ((BUILT_IN_NAMES as readonly string[]).includes(name)) return undefined;
  if (name === 'result' && late) return undefined;
  if (sight.registered.has(name) || sight.locals?.has(name) === true) return undefined;
  const where = Object.hasOwn(LOCAL_NAMES, name) ? LOCAL_NAMES[name] : undefined;
  if (where !== undefined) {
    const hint = name === 'result' ? 'Write the registered name.' : undefined;
    return { message: `"${name}" exists only ${where}`, ...(hint === undefined ? {} : { hint }) };
  }
  const isVariable = sight.playVars.has(name) || sight.variables?.has(name) === true;
  if (LANGUAGE_NAMES.has(name)) return undefined;
  if (isVariable) return undefined;
  if (sight.later.has(name))
    return { message: `"${name}" is used before a task registers it`, hint: 'Put the task that registers it first.' };
  if (sight.variables === undefined) return undefined;
  const known = [
    ...sight.playVars,
    ...sight.variables,
    ...sight.registered,
    ...(sight.locals ?? []),
    ...BUILT_IN_NAMES,
    ...(late ? ['result'] : []),
  ];
  const hint = suggest(name, known);
  return {
    message: `there is no "${name}": no variable, no fact, no registered result`,
    hint: hint?.startsWith('Did')
      ? hint
      : `Set it with -e ${name}=…, in the inventory or in the play's vars; or write vars.?${name}.orValue(…).`,
  };
}
