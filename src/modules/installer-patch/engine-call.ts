import { commandName, UNKNOWN, type Word } from './word.ts';

/** What a command of docker, podman or compose does to containers. */
export type Action = 'run' | 'starts' | 'ends' | 'other' | 'unknown';

/** A call of a container engine. */
export interface EngineCall {
  readonly action: Action;
  /** The subcommand's word (`run`), or the one that hides it. */
  readonly verb: Word;
  /** The words after it. */
  readonly rest: readonly Word[];
}

const ENGINES = ['docker', 'podman', 'nerdctl', 'docker.io'];
const COMPOSERS = ['docker-compose', 'podman-compose'];
const STARTS = ['start', 'restart', 'unpause', 'up'];
const ENDS = ['stop', 'rm', 'remove', 'kill', 'down', 'prune'];

/** Subcommands by which an engine call is known behind a name that hides it. */
export const TELLING = [...STARTS, ...ENDS, 'run', 'create', 'exec', 'container', 'compose', 'ps'];

/** Options before the subcommand whose value is the next word. */
const VALUED = new Set(
  `-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --url --connection --root --runroot
   --storage-driver -n --namespace -a --address -f --file -p --project-name --env-file --profile --project-directory
   --ansi --parallel --progress`.split(/\s+/),
);

/** True for the name of docker or of a tool with its command line; compose as a program of its own included. */
export function isEngine(name: string | undefined): boolean {
  return name !== undefined && [...ENGINES, ...COMPOSERS].includes(name);
}

/** Reads the words of a simple command; undefined if it calls no engine. */
export function readEngineCall(words: readonly Word[]): EngineCall | undefined {
  const name = commandName(words[0]);
  const first = words[0];
  if (!isEngine(name) || first === undefined || name === undefined) return undefined;
  const call = subcommand(words, 1);
  if (call === undefined) return { action: 'other', verb: first, rest: [] };
  return classify(call, words, COMPOSERS.includes(name) ? 'compose' : undefined);
}

function classify(at: number, words: readonly Word[], group: string | undefined): EngineCall | undefined {
  const verb = words[at];
  if (verb === undefined) return undefined;
  const rest = words.slice(at + 1);
  if (verb.splits || verb.value.includes(UNKNOWN)) return { action: 'unknown', verb, rest };
  if (
    group === undefined &&
    ['container', 'compose', 'stack', 'service', 'system', 'pod', 'play', 'kube'].includes(verb.value)
  ) {
    const next = subcommand(words, at + 1);
    return next === undefined ? { action: 'other', verb, rest } : classify(next, words, verb.value);
  }
  return { action: actionOf(verb.value, group), verb, rest };
}

function actionOf(verb: string, group: string | undefined): Action {
  if (group === 'stack' || group === 'service') {
    return ['deploy', 'create'].includes(verb) ? 'starts' : verb === 'rm' ? 'ends' : 'other';
  }
  if (group === 'play' || group === 'kube')
    return ['kube', 'play'].includes(verb) ? 'starts' : verb === 'down' ? 'ends' : 'other';
  if (verb === 'run' || verb === 'create') return group === undefined || group === 'container' ? 'run' : 'starts';
  if (STARTS.includes(verb)) return 'starts';
  return ENDS.includes(verb) ? 'ends' : 'other';
}

/** Index of the first word from there on that is no option. */
function subcommand(words: readonly Word[], from: number): number | undefined {
  for (let at = from; at < words.length; at += 1) {
    const { value = '', splits = false } = words[at] ?? {};
    if (splits || !value.startsWith('-')) return at;
    if (VALUED.has(value)) at += 1;
  }
  return undefined;
}
