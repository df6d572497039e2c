import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { ContainerFacts } from '../../programs/container-facts.ts';
import type { ContainerLook } from '../../programs/inspect-container.ts';
import { compare } from './compare.ts';
import { presentObstacles } from './obstacles.ts';
import type { DockerContainerParams } from './params.ts';
import type { ContainerAction, ContainerChange } from './steps.ts';

/** One step at a time where a run was cut off in the middle of a replacement, else all that is needed. */
export function planContainer(look: ContainerLook, params: DockerContainerParams): readonly ContainerChange[] {
  if (params.state === 'stopped')
    return look.main === undefined || look.main.running === 'false' ? [] : [stop(look.main, params)];
  if (params.state === 'absent') {
    const all = [look.main, look.old, look.spare].flatMap((each) => each ?? []);
    return all.filter((each) => !isDead(each)).map((each) => remove(each, 'it is not wanted here', params));
  }
  const change = presentChange(look, params);
  return change === undefined || presentObstacles(look, params, change.action).length > 0 ? [] : [change];
}

/** Steps that will not be taken, and why. */
export function refuseContainer(look: ContainerLook, params: DockerContainerParams): readonly Refusal[] {
  if (params.state === 'absent') {
    return [look.main, look.old, look.spare].flatMap((each) =>
      each !== undefined && isDead(each) ? [deadRefusal(each)] : [],
    );
  }
  if (params.state === 'stopped') return [];
  const change = presentChange(look, params);
  return change === undefined ? [] : presentObstacles(look, params, change.action);
}

function presentChange(look: ContainerLook, params: DockerContainerParams): ContainerChange | undefined {
  const { main, old, spare } = look;
  if (old !== undefined) {
    return main?.running === 'true' ? remove(old, LEFT, params) : putBack(old, main, params);
  }
  if (spare !== undefined) return remove(spare, LEFT, params);
  const { keys, diff } = compare(main, params, look.image, look.ownImage);
  if (main === undefined) return create(look, params, diff);
  if (keys.length > 0) return replace(main, look, params, keys, diff);
  return main.running === 'true' ? undefined : start(main);
}

const LEFT = 'a run that was cut off while it was replaced left it behind';

function create(look: ContainerLook, params: DockerContainerParams, diff: string): ContainerChange {
  return {
    ...base('create', params.name, undefined),
    title: `create and start container ${params.name}`,
    why: `there is none; ${character(params)}`,
    risk: 'file',
    diff,
    ...blast(notes(look, params)),
  };
}

function replace(
  main: ContainerFacts,
  look: ContainerLook,
  params: DockerContainerParams,
  keys: readonly string[],
  diff: string,
): ContainerChange {
  const shown = keys.slice(0, 4).map((key) => printable(key));
  const differ = keys.length > 4 ? [...shown, `${keys.length - 4} more`] : shown;
  const lost = main.others.map((each) => `${printable(each)} of the old one are lost`);
  return {
    ...base('replace', params.name, main),
    title: `replace container ${params.name}`,
    why: `it differs in ${differ.join(', ')}; ${character(params)}`,
    risk: main.running !== 'false' ? 'restart-holder' : 'file',
    diff,
    ...blast([
      ...(main.running !== 'false'
        ? [`${params.name} stops; it is kept until the new one runs, and put back if that fails`]
        : []),
      ...lost,
      ...notes(look, params),
    ]),
  };
}

function start(main: ContainerFacts): ContainerChange {
  return {
    ...base('start', main.name, main),
    title: `start container ${main.name}`,
    why: `it is as wanted, but ${main.status}`,
    risk: 'file',
  };
}

function stop(main: ContainerFacts, { name }: DockerContainerParams): ContainerChange {
  const again = main.restart === 'always' ? ['it starts again with dockerd: its restart policy is always'] : [];
  return {
    ...base('stop', name, main),
    title: `stop container ${name}`,
    why: 'it runs, and is wanted stopped',
    risk: 'stop-containers',
    blast: [`${name} stops, and what it serves with it`, ...again],
  };
}

function remove(container: ContainerFacts, why: string, { name, state }: DockerContainerParams): ContainerChange {
  const hurts = state === 'absent' ? 'remove-containers' : 'restart-holder';
  return {
    ...base('remove', container.name, container),
    title: `remove container ${container.name}`,
    why,
    risk: container.running !== 'false' ? hurts : 'file',
    ...blast(
      container.running !== 'false'
        ? [`${container.name === name ? name : container.name} stops, and what it serves with it`]
        : [],
    ),
  };
}

function putBack(
  old: ContainerFacts,
  main: ContainerFacts | undefined,
  { name }: DockerContainerParams,
): ContainerChange {
  return {
    ...base('put-back', old.name, old),
    title: `put ${old.name} back as ${name}, and start it`,
    why: `${LEFT}, and ${main === undefined ? 'nothing has its name now' : 'what has its name does not run'}`,
    risk: 'file',
  };
}

function base(action: ContainerAction, name: string, container: ContainerFacts | undefined) {
  return {
    id: `${action}:${name}`,
    action,
    name,
    certainty: 'certain' as const,
    witness: { id: container?.id ?? '', running: container?.running ?? 'false' },
  };
}

/** What matters most about the container that is wanted, for whoever only reads one line. */
function character({ privileged, binds }: DockerContainerParams): string {
  const slaves = binds.filter((bind) => /[:,]r?slave(?:,|$)/.test(bind)).length;
  const hears =
    slaves === 0
      ? ''
      : `, ${slaves === binds.length ? 'every bind' : `${slaves} of ${binds.length} binds`} hears of unmounts (rslave)`;
  return `${privileged ? 'privileged' : 'not privileged'}${hears}`;
}

function notes({ image, sources }: ContainerLook, params: DockerContainerParams): readonly string[] {
  const links = sources.filter(({ path, real }) => path.replace(/\/+$/, '') !== real && path !== '/');
  return [
    ...(image === undefined ? [`this host pulls ${printable(params.image ?? '')} first`] : []),
    ...links.map(({ path, real }) => `${printable(path)} is a link to ${printable(real)}`),
  ];
}

function blast(lines: readonly string[]): { readonly blast?: readonly string[] } {
  return lines.length === 0 ? {} : { blast: lines };
}

/** Docker began to remove it; only that can be finished. */
function isDead({ status }: ContainerFacts): boolean {
  return status === 'dead' || status === 'removing';
}

function deadRefusal({ name, status }: ContainerFacts): Refusal {
  return {
    what: `remove container ${name}`,
    why: `it is ${status}: a removal did not come to its end, and another one would meet the same`,
    hint: 'Free it first: unbusy run playbooks/sweep-dead.yml',
  };
}
