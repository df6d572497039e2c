import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { ContainerLook } from '../../programs/inspect-container.ts';
import { parseBind } from './binds.ts';
import type { DockerContainerParams } from './params.ts';
import type { ContainerAction } from './steps.ts';

/** Why a container is not made to be as wanted; empty if nothing stands in the way. */
export function presentObstacles(
  look: ContainerLook,
  params: DockerContainerParams,
  action: ContainerAction,
): readonly Refusal[] {
  if (action === 'remove' || action === 'put-back') return [];
  const what = `container ${params.name}`;
  const inState = stateObstacle(look, what);
  if (inState !== undefined) return [inState];
  if (action === 'start') {
    const loops = look.main?.running === 'restarting';
    const hint = `Read its log: docker logs ${params.name}`;
    return loops ? [{ what, why: 'it is as wanted, but ends and is restarted again and again', hint }] : [];
  }
  return [
    ...imageObstacles(look, params, what),
    ...lostObstacles(look, params, what),
    ...propagationObstacles(look, params),
  ];
}

function stateObstacle({ main }: ContainerLook, what: string): Refusal | undefined {
  switch (main?.status) {
    case 'dead':
    case 'removing':
      return {
        what,
        why: `it is ${main.status}: a removal did not come to its end, so its name is not free`,
        hint: 'Free it first: unbusy run playbooks/sweep-dead.yml',
      };
    case 'paused':
      return { what, why: 'somebody paused it', hint: `Find out why; then: docker unpause ${main.name}` };
    default:
      return undefined;
  }
}

function imageObstacles({ image }: ContainerLook, params: DockerContainerParams, what: string): readonly Refusal[] {
  if (image !== undefined || params.pull !== 'never') return [];
  const name = printable(params.image ?? '');
  return [
    {
      what,
      why: `this host does not have the image ${name}`,
      hint: 'Load it with docker load, or allow `pull: missing`.',
    },
  ];
}

function lostObstacles(
  { main, ownImage }: ContainerLook,
  params: DockerContainerParams,
  what: string,
): readonly Refusal[] {
  if (main === undefined || params.discard) return [];
  const own = ownImage !== undefined && main.entrypoint.join('\0') !== ownImage.entrypoint.join('\0');
  const user = ownImage !== undefined && main.user !== ownImage.user;
  const lost = [...main.others, ...(own ? ['another entry point'] : []), ...(user ? ['another user'] : [])];
  if (lost.length === 0) return [];
  return [
    {
      what,
      why: `it has what would be lost with it, for there is no word here for it: ${lost.map((each) => printable(each)).join(', ')}`,
      hint: 'If that may be lost, say `discard: true`; else change it by the means it was made with.',
    },
  ];
}

/** moby#17034: propagation came with 1.10; Docker refuses a slave whose source is on a private mount, and so do we, earlier. */
function propagationObstacles(look: ContainerLook, params: DockerContainerParams): readonly Refusal[] {
  return params.binds.flatMap((text) => {
    const bind = parseBind(text);
    if (bind === undefined || bind.propagation === '') return [];
    const what = `container ${params.name}, bind ${printable(text)}`;
    if (isBefore110(look.version)) {
      const why = `Docker ${look.version} has no propagation for binds; that came with 1.10`;
      return [{ what, why, hint: 'Upgrade Docker, or bind it without, and release what is held by a hook.' }];
    }
    const carrier = look.sources.find(({ path }) => path === bind.source)?.carrier ?? 'unknown';
    const needs = { rslave: 'slave', slave: 'slave', rshared: 'shared', shared: 'shared' }[bind.propagation];
    if (needs === undefined || carrier === 'shared' || (needs === 'slave' && carrier === 'slave')) return [];
    const why =
      carrier === 'unknown'
        ? `which mount carries ${printable(bind.source)} on this host could not be seen`
        : `the mount that carries ${printable(bind.source)} is ${carrier} on this host, and Docker starts no container with such a bind then`;
    return [
      {
        what,
        why,
        hint: 'Make it shared where the host is set up (systemd does: mount --make-rshared /), or bind it without.',
      },
    ];
  });
}

function isBefore110(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 10);
}
