import { printable } from '../../core/text.ts';
import type { RestartView } from '../../programs/docker-restart-state.ts';
import type { RunningContainer } from '../../programs/docker-running.ts';
import type { LiveRestore, RestartState } from './state.ts';

/** What a restart of dockerd does to a container: it runs on, it is started again, perhaps so, or it ends. */
export type Fate = 'stays' | 'returns' | 'may-return' | 'ends';

/** Whether containers live through the restart: for that, both the daemon that goes and the one that comes must want it. */
export function liveRestoreOf({ view, unit }: RestartState): LiveRestore {
  if (view.liveRestore === undefined) return 'unknown';
  const next = configuredLiveRestore(view);
  if (!view.liveRestore || next === false) return 'stops';
  // With any other mode systemd ends what is left in the unit's control group: shims too, where dockerd starts containerd itself.
  const kept = unit?.properties.get('KillMode') === 'process';
  return next === true && kept ? 'kept' : 'unknown';
}

/** What the next daemon will find; undefined if its configuration cannot be read. */
export function configuredLiveRestore({ arguments: words, config }: RestartView): boolean | undefined {
  const flag = words.findLast((word) => /^--live-restore(=|$)/.test(word));
  if (flag !== undefined) return !/=(?:false|0|f)$/i.test(flag);
  if (config.kind === 'absent') return false;
  if (config.kind === 'unreadable') return undefined;
  const value = parseConfig(config.text);
  return value === undefined ? undefined : value['live-restore'] === true;
}

/** daemon.json as an object; undefined if dockerd would not start with it. An empty file is as good as none. */
export function parseConfig(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What becomes of one container, by its restart policy (docker run --restart). */
export function fateOf(container: RunningContainer, live: LiveRestore): Fate {
  if (live === 'kept') return 'stays';
  if (container.autoRemove) return 'ends';
  if (container.policy === 'always' || container.policy === 'unless-stopped') return 'returns';
  // It comes back only if its program ends with an error when it is stopped.
  return container.policy === 'on-failure' ? 'may-return' : 'ends';
}

/** What the restart stops, a line for each kind of harm: what a person must know before saying yes. */
export function blastOf(state: RestartState, live: LiveRestore): readonly string[] {
  const { view } = state;
  const with_ = (fate: Fate) => view.containers.filter((each) => fateOf(each, live) === fate);
  const line = (words: string, all: readonly RunningContainer[]) =>
    all.length === 0 ? [] : [`${words}: ${names(all)}`];
  const execs = view.containers.filter((each) => each.execs === undefined || each.execs > 0);
  return [
    ...(view.api.kind === 'silent' ? [`what runs is not known: ${printable(view.api.why)}`] : []),
    ...line('keeps running (live-restore)', with_('stays')),
    ...(live === 'unknown' && view.containers.length > 0 ? ['whether live-restore will hold is not known'] : []),
    ...line('stops and comes back', with_('returns')),
    ...line('stops, and comes back only if it ends with an error (on-failure)', with_('may-return')),
    ...line(
      'stops and does not come back by itself',
      with_('ends').filter((each) => !each.autoRemove),
    ),
    ...line(
      'stops and is removed (--rm)',
      with_('ends').filter((each) => each.autoRemove),
    ),
    ...line('loses its exec sessions (a health check may be one)', execs),
    ...view.activities.map(({ kind, what }) => `breaks off a ${kind}: ${printable(what)}`),
    ...view.unseen.map(({ kind, why }) => `whether a ${kind} is under way is not known: ${printable(why)}`),
    ...(view.ownUnread === undefined
      ? []
      : [`whether our own connection leads through a container is not known: ${printable(view.ownUnread)}`]),
    'builds and pulls that leave no trace here, of a client elsewhere, cannot be seen',
  ];
}

/** Names, the first of many. */
export function names(containers: readonly RunningContainer[]): string {
  const all = containers.map((each) => printable(each.name)).sort();
  const shown = all.slice(0, 12);
  const more = all.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
