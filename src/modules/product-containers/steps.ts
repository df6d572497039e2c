import { printable } from '../../core/text.ts';
import type { ContainerState } from '../../mounts/model.ts';
import type { ProductChange, ProductContainer, ProductState } from './state.ts';

/** The change that stops a container; a conditional one waits for what comes before it. */
export function stopChange({ container, monitor }: ProductContainer, ready: boolean): ProductChange {
  const { id, name, status } = container;
  const running = status === 'restarting' ? 'restarting' : 'true';
  return {
    id: stopId(container),
    title: `stop container ${name}`,
    why: monitor
      ? 'it is of the product, and as a monitor it holds the file systems of others'
      : 'it is of the product',
    risk: 'remove-containers',
    ...(ready ? { certainty: 'certain' } : { certainty: 'conditional', needs: [`seen-gone:monitors before ${id}`] }),
    witness: { id, running },
    blast: [`${name} stops, and what it serves with it`],
    step: { kind: 'stop', id, name, running },
  };
}

/** The change that removes a stopped or dead container; conditional until a look shows that it is stopped, and that nothing holds it. */
export function removeChange(
  state: ProductState,
  container: ContainerState,
  ready: boolean,
  again: boolean,
): ProductChange {
  const { id, name, status, dead, removing, mountId, rootPath } = container;
  const known = { ...(mountId === undefined ? {} : { mountId }), ...(rootPath === undefined ? {} : { rootPath }) };
  return {
    id: removeId(container, again),
    title: `remove container ${name}${again ? ', once more' : ''}`,
    why: ready
      ? 'it is of the product, does not run, and nothing holds it'
      : 'only once a look shows that it does not run, and that nothing holds it',
    risk: 'remove-containers',
    ...(ready ? { certainty: 'certain' } : { certainty: 'conditional', needs: [`seen-free:${id}`] }),
    witness: { id, status },
    blast: [`what ${printable(name)} wrote outside of its volumes is gone with it`],
    step: {
      kind: 'remove',
      container: { id, name, status, dead, removing, ...known },
      directories: directoriesOf(state, container),
      watch: state.bystanders,
    },
  };
}

/** A container is stopped once. */
export function stopId({ id }: ContainerState): string {
  return `stop:${id}`;
}

/** A container is removed once, and once again if Docker failed half-way and what held it was released. */
export function removeId({ id }: ContainerState, again: boolean): string {
  return `remove${again ? '-again' : ''}:${id}`;
}

/** Docker removes its own directory of a container, and its layer with drivers that keep one in a directory. */
function directoriesOf({ docker }: ProductState, { id, mountId }: ContainerState): readonly string[] {
  if (docker === undefined || docker.dataRoot === '') return [];
  const { dataRoot, driver } = docker;
  const own = [`${dataRoot}/containers/${id}`];
  if (mountId === undefined || !/overlay|^aufs$|^vfs$/.test(driver)) return own;
  const layer = driver === 'aufs' ? 'aufs/diff' : driver === 'vfs' ? 'vfs/dir' : driver;
  return [...own, `${dataRoot}/${layer}/${mountId}`];
}
