import type { Play } from '../config/playbook-model.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { TaskResult, TaskStatus } from '../core/results.ts';

/** What a task gives to others of its own host, or undefined if it is not known: it failed, or would only have changed something. */
export function registeredValue({ status, result }: Pick<TaskResult, 'status' | 'result'>): JsonObject | undefined {
  return status === 'ok' || status === 'changed' || status === 'skipped' ? result : undefined;
}

/**
 * What the plays that have ended registered, on all of their hosts: `results.NAME` of later plays. A host whose result is not
 * known is there all the same, with nothing but the `status`, so that a host in trouble cannot pass for one with nothing to tell.
 */
export class FleetResults {
  #json: { readonly [name: string]: { readonly [host: string]: Json } } = {};

  /** By registered name, then by host. A name is there once a play that registers it has gone over its hosts. */
  get json(): JsonObject {
    return this.#json;
  }

  /** A play has ended; `tasks` gives the results of each of its hosts, in the order in which they came. */
  publish(play: Play, tasks: ReadonlyMap<string, readonly TaskResult[]>): void {
    const names = new Map(
      play.tasks.flatMap(({ index, register }) => (register === undefined ? [] : [[index, register]])),
    );
    const found: { [name: string]: { [host: string]: Json } } = {};
    // An earlier play may have registered the same name on other hosts, which this play says nothing of.
    for (const name of names.values())
      found[name] = { ...this.#json[name], ...Object.fromEntries([...tasks.keys()].map(notReached)) };
    for (const [host, results] of tasks)
      for (const result of results) {
        const name = names.get(result.taskIndex);
        const entries = name === undefined ? undefined : found[name];
        if (entries !== undefined) entries[host] = registeredValue(result) ?? withStatus(result.status);
      }
    this.#json = { ...this.#json, ...found };
  }
}

function notReached(host: string): readonly [string, JsonObject] {
  return [host, withStatus('not-reached')];
}

function withStatus(status: TaskStatus): JsonObject {
  return { status };
}
