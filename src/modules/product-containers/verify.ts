import { isLiving } from '../../mounts/living.ts';
import { harmDone } from '../../programs/bystanders.ts';
import type { Verdict } from '../module.ts';
import type { ProductChange, ProductState } from './state.ts';

/** Pure: what the second look says of a step: the mount, the process or the container is gone, and all neighbours run as before. */
export function verifyProduct(after: ProductState, { step }: ProductChange, before: ProductState): Verdict {
  if (after.docker === undefined) return { kind: 'unknown', why: 'Docker is gone' };
  const harm = after.view === undefined ? undefined : harmDone(before.bystanders, after.bystanders);
  if (harm !== undefined) return { kind: 'not-yet', why: harm };
  switch (step.kind) {
    case 'remove':
      return after.listed.has(step.container.id)
        ? { kind: 'not-yet', why: 'Docker still lists it' }
        : { kind: 'as-wanted' };
    case 'stop': {
      const found = after.product.find(({ container }) => container.id === step.id)?.container;
      const runs = found === undefined ? after.listed.has(step.id) : isLiving(found);
      return runs ? { kind: 'not-yet', why: `it is still ${found?.status ?? 'listed'}` } : { kind: 'as-wanted' };
    }
    case 'unmount': {
      const { namespace, id, device } = step.mount;
      // Nothing of the product is left: what held it was not looked at again.
      if (after.view === undefined) return { kind: 'as-wanted', unseen: true };
      const found = after.view.namespaces.find(({ inode }) => inode === namespace);
      const [gap] = after.view.unreadable;
      if (found === undefined) {
        return gap === undefined ? { kind: 'as-wanted' } : { kind: 'unknown', why: `process ${gap.pid}: ${gap.why}` };
      }
      if (found.mounts === undefined) return { kind: 'unknown', why: 'the table of the holder was not read' };
      const left = found.mounts.some((each) => each.id === id && each.device === device);
      return left ? { kind: 'not-yet', why: 'the mount is still there' } : { kind: 'as-wanted' };
    }
  }
}
