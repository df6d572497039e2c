import { fateOf, names } from './fate.ts';
import { type DockerRestartParams, inWindow } from './params.ts';
import type { LiveRestore, RestartState } from './state.ts';

/** Why dockerd may not be restarted now, by the playbook's policy; undefined: it may. */
export function putOff(state: RestartState, params: DockerRestartParams, live: LiveRestore): string | undefined {
  switch (params.policy) {
    case 'now':
      return undefined;
    case 'never':
      return 'policy never: restart docker.service when it suits, and run again';
    case 'window': {
      const { window = '' } = params;
      if (inWindow(state.view.minuteOfDay, window)) return undefined;
      return `it is ${clockWords(state.view.minuteOfDay)} on the host, outside of its window ${window}`;
    }
    case 'when_idle': {
      const busy = busyWith(state, live);
      return busy.length === 0 ? undefined : `not idle: ${busy.join('; ')}`;
    }
  }
}

/** What a restart would break off; what could not be seen counts. */
function busyWith({ view }: RestartState, live: LiveRestore): readonly string[] {
  const stopping = view.containers.filter((each) => fateOf(each, live) !== 'stays');
  const execs = view.containers.filter((each) => each.execs === undefined || each.execs > 0);
  return [
    ...(view.api.kind === 'silent' ? ['the daemon is silent, so nobody knows what runs'] : []),
    ...(stopping.length === 0 ? [] : [`would stop ${names(stopping)}`]),
    ...(execs.length === 0 ? [] : [`docker exec runs in ${names(execs)}`]),
    ...view.activities.map(({ kind, what }) => `a ${kind} is under way (${what})`),
    ...view.unseen.map(({ kind, why }) => `whether a ${kind} is under way is not known (${why})`),
  ];
}

function clockWords(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
